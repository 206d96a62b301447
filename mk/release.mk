# Before a release.

debug: $(OBJECT) $(SHARED) ## build/debug: what debuggers read, apart from what is shipped
	packaging/debug.sh $(OBJECT) $(SHARED)

install-debug: debug ## where debuggers look for it; the archive with it into PREFIX/lib/debug
	id=$$(readelf --notes $(SHARED) | sed -n 's/.*Build ID: //p'); rest=$${id#??}; \
	install -D -m 644 build/debug/libinkotls.so.debug $(DESTDIR)$(PREFIX)/lib/debug/.build-id/$${id%$$rest}/$$rest.debug
	install -m 644 build/debug/libinkotls.a $(DESTDIR)$(PREFIX)/lib/debug/

dist: sbom ## build/dist: the sources, with what they depend on
	packaging/dist.sh inkotls-$(VERSION) '$(features.fast)'

sbom: $(CYCLONEDX) ## build/dist: the bill of materials
	packaging/sbom.sh $(CYCLONEDX) inkotls-$(VERSION) '$(features.fast)' $(HOST)

reproduce: dist ## two builds, from a clone and from the tarball, one of them with rust-src: the same bytes
	packaging/reproduce.sh build/dist/inkotls-$(VERSION).tar.xz

# One archive for each machine. On the machine at hand, it is used through Conan and Zig, too.
RELEASED := $(addsuffix -linux-gnu,x86_64-unknown aarch64-unknown riscv64gc-unknown) armv7-unknown-linux-gnueabihf \
            x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-pc-windows-gnu \
            aarch64-apple-darwin x86_64-apple-darwin x86_64-unknown-freebsd
release: $(RELEASED:%=release-%) ## build/dist: an archive for each machine, each unpacked and used; an hour and a half
	cd build/dist && sha256sum inkotls-$(VERSION)-*.tar.xz > SHA256SUMS
	packaging/archives.py $(VERSION) $(RELEASED)

$(RELEASED:%=release-%): release-%: $(CYCLONEDX) $(ZIG) build/pki/done build/release/python/done
	packaging/release.sh $* '$(features.fast)' $(CYCLONEDX)
	@$(MAKE) --no-print-directory TARGET=$* unpacked

NEEDS.unpacked = pkg-config cmake curl openssl $(if $(IS_WINDOWS),/usr/lib/wine/wine64=wine64 wine)
unpacked: ## with TARGET: the archive of make release, unpacked and used
	$(needs)
	OBJDUMP=$(if $(zig),llvm-objdump-22,$(CROSS)objdump) ffi-tests/linking/release.sh build/dist/inkotls-$(VERSION)-$(TARGET).tar.xz \
	  $(TARGET) $(if $(filter $(HOST),$(TARGET)),build/release/python)

build/release/python/done:
	@python3 -c 'import ensurepip' 2> /dev/null || ffi-tests/support/needs.sh python3-venv
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check conan==2.34.0
	@touch $@

NEEDS.deb := dh=debhelper lintian /usr/share/doc/cargo-web=cargo-web openssl pkg-config
deb: dist build/pki/done ## build/deb: Debian's packages libinkotls0 and libinkotls-dev, and a program that uses them
	$(needs)
	packaging/deb.sh $(VERSION) $(HOST) '$(features.fast)'

.PHONY: $(RELEASED:%=release-%)
