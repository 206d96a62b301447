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
	packaging/sbom.sh $(CYCLONEDX) inkotls-$(VERSION) '$(features.fast)'

reproduce: dist ## two builds, from a clone and from the tarball, one of them with rust-src: the same bytes
	packaging/reproduce.sh build/dist/inkotls-$(VERSION).tar.xz
