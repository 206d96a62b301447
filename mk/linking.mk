# How the library is linked, installed and loaded; what it exports; and other machines.

test-header: $(ARCHIVE) $(SHARED) ## the header and what else is made of the comments; what is exported; no path of this machine
	$(CARGO) test --locked --no-fail-fast $(REFERENCE)
	for std in c99 c11 c17 c2x; do $(CC) $(WARN) -std=$$std -x c -fsyntax-only $(HEADER) || exit 1; done
	$(CC) -E -P -x c $(HEADER) | $(CC) $(WARN) -x c -fsyntax-only -
	ffi-tests/linking/exports.sh $(ARCHIVE) $(SHARED)
	ffi-tests/linking/places.sh $(ARCHIVE) $(SHARED)

NEEDS.test-abi := g++ abidw=abigail-tools
test-abi: ## the ABI beside abi/; the header as C++
	$(needs)
	for std in 11 14 17 20 2b; do $(CXX) -std=c++$$std -Wall -Wextra -Wpedantic -Werror -x c++ -fsyntax-only $(HEADER) || exit 1; done
	abi/check.sh

NEEDS.test-links := ld.lld=lld clang
test-links: $(ARCHIVE) $(BUILD)/unload $(SHARED) build/pki/done ## beside other Rust archives, unused, and loaded again and again
	$(needs)
	ffi-tests/linking/beside.sh build/beside $(ARCHIVE) build/pki '$(LIBS)'
	cp $(SHARED) build/beside/copy.so
	SSL_CERT_FILE=build/pki/ca.pem $(BUILD)/unload $(SHARED) build/beside/copy.so

$(BUILD)/unload: ffi-tests/linking/unload.c $(BUILD)/support/check.o $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) $< $(BUILD)/support/check.o -lpthread -ldl -o $@

test-runtime: build/pki/done ## a runtime in Rust that depends on the crate and gives C its functions
	ffi-tests/linking/runtime.sh build/runtime build/pki '$(LIBS)'

test-features: ## what build.rs refuses to build, and the shared object of a plain cargo build
	ffi-tests/linking/features.sh build/features

NEEDS.test-llvm := ld.lld-19=lld-19 llvm-objcopy-19=llvm-19
LLVM := LD='ld.lld-19 -m elf_x86_64' OBJCOPY=llvm-objcopy-19
test-llvm: $(RUST) build/pki/done ## the library made with LLVM's tools instead of GNU's
	$(needs)
	@$(MAKE) --no-print-directory BUILD=build/llvm RUST=$(RUST) $(LLVM) all
	ffi-tests/linking/exports.sh build/llvm/lib/libinkotls.a build/llvm/lib/libinkotls.so
	@$(MAKE) --no-print-directory KIND=hooks build/hooks/lib/libinkotls.a
	@$(MAKE) --no-print-directory KIND=hooks BUILD=build/llvm/hooks RUST=build/hooks/lib/target/release/libinkotls.a $(LLVM) \
	  T='$(PANICS:ffi-tests/%.c=%)' AGAIN='make test-llvm' test-c

NEEDS.test-install := pkg-config cmake meson ninja=ninja-build
test-install: $(ARCHIVE) $(SHARED) ## an installed tree, used through pkg-config, CMake and Meson
	$(needs)
	ffi-tests/linking/install.sh

NEEDS.test-cargo-c := pkg-config
test-cargo-c: $(CAPI) ## what cargo-c installs, beside what make does (cargo-c takes minutes to build)
	$(needs)
	ffi-tests/linking/cargo-c.sh $(CAPI)

test-aws-lc-rs: ## the C tests, the Rust tests and the demo's programs, with the other provider
	$(CARGO) test --locked --lib $(features.aws-lc-rs)
	@$(MAKE) --no-print-directory KIND=aws-lc-rs test-c-all test-interop

# Nehalem is a processor without AVX.
NEEDS.test-graviola := qemu-x86_64=qemu-user
test-graviola: ## the same with graviola, alone and beside ring, and on a processor that lacks what graviola requires
	$(needs)
	$(CARGO) test --locked --lib $(features.graviola)
	$(CARGO) test --locked --no-fail-fast --features graviola
	@$(MAKE) --no-print-directory KIND=graviola test-c-all test-interop
	@$(MAKE) --no-print-directory KIND=providers T='handshake keys sessions' test-c
	@CRYPTO_PROVIDER=ring $(MAKE) --no-print-directory KIND=providers T='handshake keys sessions' test-c
	@for kind in graviola providers; do \
	  $(MAKE) --no-print-directory KIND=$$kind RUN='qemu-x86_64 -cpu Nehalem' T=crypto_providers test-c || exit 1; done

# Other machines: each with its own tools, and its own Rust.
MACHINES := glibc aarch64 armhf i686 riscv64 musl musl-dynamic aarch64-musl
LINKED_MACHINES := macos-arm64 macos-x86_64 freebsd-x86_64 freebsd-aarch64
test-machines: $(MACHINES:%=test-%) $(LINKED_MACHINES:%=test-%) ## other machines: the C tests and the demo; for macOS and FreeBSD, what is linked (test-aarch64, test-macos-arm64, ...)

$(MACHINES:%=test-%): test-%: build/pki/done
	ffi-tests/linking/machine.sh $*

NEEDS.linked := python3 pkg-config p11-kit-1.pc=libp11-kit-dev
$(LINKED_MACHINES:%=test-%): test-%: build/readme.inc build/preface.inc
	@ffi-tests/support/needs.sh $(NEEDS.linked)
	ffi-tests/linking/linked.sh $*

.PHONY: $(MACHINES:%=test-%) $(LINKED_MACHINES:%=test-%)

# For a machine whose programs cannot run here.
programs: $(TESTS:ffi-tests/%.c=$(BUILD)/tests/%) $(RECIPES) $(EXAMPLES:%=$(BUILD)/%) ## the C tests, the recipes and the examples, built and not run
