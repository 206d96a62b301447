# inkotls: `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=
CARGO   ?= cargo
CC      ?= cc
CXX     ?= c++
OBJCOPY ?= objcopy
NM      ?= nm

# Another machine: TARGET is Rust's name of it, CROSS what the names of its tools begin with, RUN what
# runs its programs here. ffi-tests/machine.sh knows some.
TARGET  ?=
CROSS   ?=
RUN     ?=
ifneq ($(CROSS),)
CC      := $(CROSS)gcc
AR      := $(CROSS)ar
LD      := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
NM      := $(CROSS)nm
endif
ifneq ($(TARGET),)
export CC_$(subst -,_,$(TARGET)) := $(CC)
endif

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SONAME  := libinkotls.so.0
BUILD   := build$(TARGET:%=/%)
LIB     := $(BUILD)/lib
RUST    := $(LIB)/target/$(TARGET:%=%/)release/libinkotls.a
HOOKED  := build/hooks/target/$(TARGET:%=%/)release/libinkotls.a
OBJECT  := $(LIB)/inkotls.o
ARCHIVE := $(LIB)/libinkotls.a
SHARED  := $(LIB)/libinkotls.so
HEADER  := include/inkotls.h
STRIPPED := --strip-debug

# What Cargo builds for C: an archive. An rlib beside it would forbid LTO.
FOR_C   := --release --locked --lib --features capi --crate-type staticlib
CFLAGS  ?= -O2 -g
STRICT  := -std=c11 -Wall -Wextra -Wpedantic -Werror
WARN    := $(STRICT) -D_GNU_SOURCE
# The C tests that sign in the place of a host, with libcrypto.
SIGNING := signer blocking
SIGNERS := $(foreach build,tests asan tsan aws-lc-rs,$(addprefix $(BUILD)/$(build)/,$(SIGNING)))
# Those whose peer is libssl.
WITH_SSL := reasons
SSL_PEERS := build/tests/hostile build/tests/hoard $(foreach build,tests asan tsan aws-lc-rs,$(addprefix $(BUILD)/$(build)/,$(WITH_SSL)))
CRYPTO  := -lcrypto
SSL     := -lssl
# In the C code: what the sanitizers of the library do not see.
UNDEFINED := -fsanitize=undefined -fno-sanitize-recover=all
# What rustc says the archive needs (--print native-static-libs), less what glibc 2.34 absorbed.
LIBS    := -lgcc_s -lm -lpthread -ldl

# Tools of Cargo's, each of one version.
DENY      := build/tools/cargo-deny@0.20.2/bin/cargo-deny
CYCLONEDX := build/tools/cargo-cyclonedx@0.5.9/bin/cargo-cyclonedx
FUZZER    := build/tools/cargo-fuzz@0.13.2/bin/cargo-fuzz
CAPI      := build/tools/cargo-c@0.10.24+cargo-0.98.0/bin/cargo-capi

C_TESTS  := conn ends alerts progress null pem input socket duplex readme names platform \
            trust $(WITH_SSL) revocation identity shown rawkeys certificate peer_certificate \
            hostkey $(SIGNING) verifier asked announced \
            negotiation hello sessions tickets threads early after peek diagnosis limits memory pipes io faults expiry forked overlap
MACHINES := aarch64 armhf i686 musl
DEMO     := https_server https_client
EXAMPLES := $(DEMO) redis_sessions pkcs11_server green_threads
C_FILES  := $(wildcard ffi-tests/*.[ch] ffi-tests/bogo/*.[ch] ffi-tests/figures/*.[ch] examples/*.c benches/peers/*.[ch])
SUPPORT  := $(addprefix ffi-tests/,check.c pair.c pki.c configs.c wire.c)
HEADERS  := $(HEADER) $(wildcard ffi-tests/*.h)
VALGRIND := BRIEF=1 valgrind -q --leak-check=full --errors-for-leak-kinds=all --error-exitcode=99 \
            --suppressions=build/valgrind.supp
# Runs each of the programs $(1), under $(2), as many at a time as there are processors.
each = printf '%s\n' $(1) | xargs -P "$$(nproc)" -I TEST sh -c \
       'said=$$($(2) TEST build/pki 2>&1) && echo "TEST: $$said" || { echo "TEST: $$said"; exit 255; }'
FILLED    = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LIBS)|' -e 's|@SONAME@|$(SONAME)|'
SOURCES  := $(shell find src -name '*.rs') Cargo.toml Cargo.lock Makefile

.PHONY: all demo test test-rust test-header test-c test-valgrind test-asan test-tsan test-miri test-interop test-wiped test-soak test-peers
.PHONY: test-llvm test-machines $(MACHINES:%=test-%) test-runtime test-cargo-c debug install-debug dist sbom
.PHONY: abi bogo fuzz test-fuzz model test-links test-aws-lc-rs test-install header lint format install figures stall soak hostile bench reproduce clean help libcrypto

all: $(ARCHIVE) $(SHARED) $(HEADER) ## the archive, the shared object and the header

$(RUST): $(SOURCES) packaging/rustc.sh
	@echo '== building the library (half a minute the first time)'
	RUSTC_WRAPPER=$(CURDIR)/packaging/rustc.sh \
	$(CARGO) rustc $(FOR_C) $(TARGET:%=--target %) --target-dir $(LIB)/target
	@touch $@

export CC LD NM OBJCOPY STRIPPED

$(OBJECT): $(RUST) abi/symbols
$(BUILD)/hooks/inkotls.o: $(HOOKED) $(BUILD)/hooks/symbols
$(OBJECT) $(BUILD)/hooks/inkotls.o: packaging/object.sh
	@mkdir -p $(@D)
	packaging/object.sh $(filter %.a,$^) $(filter %/symbols,$^) $@

$(ARCHIVE): $(OBJECT)
	rm -f $@
	$(AR) crsD $@ $(OBJECT)

$(SHARED): $(OBJECT) $(LIB)/exports
	$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,$(LIB)/exports -Wl,--no-undefined -Wl,--gc-sections \
	  -Wl,-z,relro,-z,now -Wl,--build-id$(BUILD_ID:%==0x%) $(STRIPPED:%=-s) $(OBJECT) $(LIBS) -o $@

$(LIB)/exports: abi/symbols
	@mkdir -p $(@D)
	(echo 'INKOTLS_0 { global:'; sed 's/$$/;/' abi/symbols; echo 'local: *; };') > $@

header: ## write include/inkotls.h from src/capi
	INKOTLS_WRITE_HEADER=1 $(CARGO) test --locked --test header

abi: ## write abi/: the ABI changes, and the CHANGELOG says so
	@ffi-tests/needs.sh abidw=abigail-tools
	abi/declared.sh > abi/symbols
	abi/check.sh --write

demo: $(DEMO:%=build/%) ## a server and a client in C, curl, and a refused handshake
	@ffi-tests/needs.sh openssl curl
	examples/demo.sh build build/demo

test: test-rust test-fuzz test-header test-links test-runtime test-llvm test-c test-valgrind test-asan test-interop test-wiped test-soak hostile test-peers test-aws-lc-rs test-install ## everything; about a quarter of an hour
	@echo '== all tests passed'

test-rust: ## the Rust tests
	@echo '== Rust tests'
	@ffi-tests/needs.sh openssl
	$(CARGO) test --locked

# fuzz/, with the hook that makes the library panic.
FUZZ       := --manifest-path fuzz/Cargo.toml --target-dir build/fuzz/target
FUZZ_FLAGS := RUSTFLAGS='--cfg inkotls_test_hooks'

test-fuzz: build/pki/done ## the fuzzers' seeds and finds, and 20 seconds of the model, without a fuzzer
	@echo '== the seeds of the fuzzers, and the model'
	$(FUZZ_FLAGS) $(CARGO) test --locked $(FUZZ)

test-header: $(ARCHIVE) $(SHARED) ## the header alone, as C11 and as C++17; what is exported; the ABI; no path of this machine
	@echo '== the header as C11 and C++17, the exports, the ABI, and no path of this machine'
	@ffi-tests/needs.sh g++ abidw=abigail-tools
	$(CC) $(WARN) -Iinclude -x c -fsyntax-only $(HEADER)
	$(CXX) -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude -x c++ -fsyntax-only $(HEADER)
	ffi-tests/exports.sh $(ARCHIVE) $(SHARED)
	ffi-tests/places.sh $(ARCHIVE) $(SHARED)
	abi/check.sh

test-links: $(ARCHIVE) build/unload $(SHARED) build/pki/done ## beside other Rust archives, unused, and loaded again and again
	@echo '== linked beside others, unused, and loaded again and again'
	@ffi-tests/needs.sh ld.lld=lld clang
	ffi-tests/beside.sh build/beside $(ARCHIVE) build/pki '$(LIBS)'
	cp $(SHARED) build/beside/copy.so
	SSL_CERT_FILE=build/pki/ca.pem build/unload $(SHARED) build/beside/copy.so

test-runtime: build/pki/done ## a runtime in Rust that depends on the crate and gives C its functions
	@echo '== a runtime in Rust'
	ffi-tests/runtime.sh build/runtime build/pki '$(LIBS)'

test-llvm: $(RUST) $(HOOKED) build/pki/done ## the library made with LLVM's tools in place of GNU's
	@echo '== made with lld and llvm-objcopy'
	@ffi-tests/needs.sh ld.lld-19=lld-19 llvm-objcopy-19=llvm-19
	$(MAKE) BUILD=build/llvm RUST=$(RUST) HOOKED=$(HOOKED) LD='ld.lld-19 -m elf_x86_64' OBJCOPY=llvm-objcopy-19 all build/llvm/hooks/panic
	ffi-tests/exports.sh build/llvm/lib/libinkotls.a build/llvm/lib/libinkotls.so
	build/llvm/hooks/panic build/pki

test-c: $(C_TESTS:%=$(BUILD)/tests/%) $(BUILD)/hooks/panic build/pki/done ## the C tests
	@echo '== C tests'
	@$(call each,$(C_TESTS:%=$(BUILD)/tests/%) $(BUILD)/hooks/panic,$(RUN))

test-machines: $(MACHINES:%=test-%) ## the C tests and the demo on other machines

$(MACHINES:%=test-%): test-%: build/pki/done
	ffi-tests/machine.sh $*

test-valgrind: $(C_TESTS:%=build/tests/%) build/hooks/panic build/pki/done build/valgrind.supp ## the C tests under valgrind
	@echo '== C tests under valgrind'
	@ffi-tests/needs.sh valgrind
	@$(call each,$(C_TESTS:%=build/tests/%) build/hooks/panic,$(VALGRIND))

test-asan: $(C_TESTS:%=build/asan/%) build/asan/panic build/asan/sanitizer_proof $(DEMO:%=build/asan/%) build/pki/done ## the C tests and the demo's programs under AddressSanitizer and UndefinedBehaviorSanitizer
	@echo '== C tests under AddressSanitizer and UndefinedBehaviorSanitizer; first the proof that they watch'
	@ffi-tests/needs.sh openssl curl python3
	ffi-tests/sanitizer_proof.sh build/asan/sanitizer_proof address undefined
	@$(call each,$(C_TESTS:%=build/asan/%) build/asan/panic)
	python3 ffi-tests/interop.py build/asan build/pki

test-tsan: $(C_TESTS:%=build/tsan/%) build/tsan/panic build/tsan/sanitizer_proof build/pki/done ## the C tests under ThreadSanitizer
	@echo '== C tests under ThreadSanitizer; first the proof that it watches the library'
	ffi-tests/sanitizer_proof.sh build/tsan/sanitizer_proof thread
	@$(call each,$(C_TESTS:%=build/tsan/%) build/tsan/panic,BRIEF=1)

test-interop: $(EXAMPLES:%=build/%) $(SHARED) build/pki/done ## the examples against OpenSSL, curl, Python, Redis and SoftHSM
	@echo '== against OpenSSL, curl, Python, Redis and SoftHSM'
	@ffi-tests/needs.sh openssl curl python3 redis-server softhsm2-util=softhsm2 pkcs11-tool=opensc
	python3 ffi-tests/interop.py build build/pki
	python3 ffi-tests/redis.py build build/pki
	python3 ffi-tests/pkcs11.py build build/pki
	python3 ffi-tests/flood.py $(SHARED) build/pki
	build/green_threads build/pki 50 0.5

test-soak: SOAK_SECONDS = 5
test-soak: SOAK_CONNECTIONS = 400
test-soak: soak ## the soak, with few connections

SOAK_SECONDS     ?= 600
SOAK_CONNECTIONS ?= 10000
soak: build/tests/soak build/https_server build/heap.so build/pki/done ## 10,000 connections to the epoll example, most of them hostile, for ten minutes
	@echo '== $(SOAK_CONNECTIONS) connections to examples/https_server.c'
	build/tests/soak build/pki build/https_server build/heap.so $(SOAK_SECONDS) $(SOAK_CONNECTIONS)

test-wiped: build/tests/wiped build/pki/done ## that secrets are wiped before their memory is given back
	@echo '== that secrets are wiped'
	build/tests/wiped build/pki

# A handle's type says nothing of what is at its address: that is exposed provenance.
MIRI := MIRIFLAGS=-Zmiri-permissive-provenance RUSTFLAGS='--cfg inkotls_test_hooks' \
        $(CARGO) +nightly miri test --locked --target-dir build/miri

test-miri: ## the border between C and Rust under Miri; needs a nightly toolchain
	@echo '== the border between C and Rust under Miri'
	@ffi-tests/miri.sh
	$(MIRI) --test rust_host
	$(MIRI) --test border --features capi

hostile: build/tests/hostile build/tests/hoard build/pki/done ## what hostile peers cost, in time and memory
	@echo '== what hostile peers cost'
	build/tests/hostile build/pki
	build/tests/hoard build/pki

test-peers: $(SHARED) build/pki/done build/peers/done ## the whole surface against GnuTLS, Node, Java, nginx and others
	@echo '== the whole surface against programs that are not ours'
	@ffi-tests/needs.sh openssl curl python3 gnutls-cli=gnutls-bin nginx=nginx-light tshark \
	  javac=default-jdk-headless node=nodejs
	python3 ffi-tests/peers.py $(SHARED) build/pki build/peers

test-aws-lc-rs: $(C_TESTS:%=build/aws-lc-rs/%) $(DEMO:%=build/aws-lc-rs/%) build/pki/done ## the same tests, with the other provider
	@echo '== the same tests, with aws-lc-rs'
	@ffi-tests/needs.sh openssl curl python3
	$(CARGO) test --locked --lib $(AWS_LC_RS)
	@$(call each,$(C_TESTS:%=build/aws-lc-rs/%))
	python3 ffi-tests/interop.py build/aws-lc-rs build/pki

test-install: $(ARCHIVE) $(SHARED) ## an installed tree, used through pkg-config, CMake and Meson
	@echo '== install'
	@ffi-tests/needs.sh pkg-config cmake meson ninja=ninja-build
	ffi-tests/install.sh

test-cargo-c: $(CAPI) ## what cargo-c installs, beside what make does (cargo-c takes minutes to build)
	@ffi-tests/needs.sh pkg-config
	ffi-tests/cargo-c.sh $(CAPI)

# The library to run it on: BOGO_LIBRARY=build/aws-lc-rs/libinkotls.a is that of the other provider.
BOGO_LIBRARY ?= $(ARCHIVE)
BOGO_SHIM    := $(dir $(BOGO_LIBRARY))bogo

bogo: $(BOGO_SHIM) ## BoringSSL's protocol suite through the C ABI; BOGO_RUNNER is its runner
	@ffi-tests/needs.sh python3
	ffi-tests/bogo/run.sh $<

# How long each target runs.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS := network inputs calls

fuzz: $(FUZZER) build/pki/done ## before a release: each fuzz target for FUZZ_SECONDS (600), under AddressSanitizer
	@ffi-tests/needs.sh g++
	RUSTC_BOOTSTRAP=1 $(FUZZ_FLAGS) $< fuzz build --fuzz-dir fuzz --target-dir build/fuzz/target --features libfuzzer
	@echo '| target | runs | a second | edges | corpus | failed |'
	@for target in $(FUZZ_TARGETS); do fuzz/run.sh build/fuzz $$target $(FUZZ_SECONDS) || exit 1; done

model: build/pki/done ## two connections in random schedules beside a queue of bytes, for SECONDS (600)
	MODEL_SECONDS=$(or $(SECONDS),600) $(FUZZ_FLAGS) $(CARGO) test --locked $(FUZZ) --test model

lint: $(DENY) ## rustfmt, clippy, clang-format, and what deny.toml asks of the dependencies
	@ffi-tests/needs.sh clang-format $(BENCH_NEEDS)
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) fmt --check --manifest-path benches/Cargo.toml
	$(CARGO) clippy --locked $(BENCH) -- -D warnings
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(FUZZ_FLAGS) $(CARGO) clippy --locked $(FUZZ) --all-targets --features libfuzzer -- -D warnings
	clang-format --dry-run -Werror $(C_FILES)
	$(DENY) --locked check -D warnings licenses bans sources

format: ## rustfmt and clang-format, in place
	@ffi-tests/needs.sh clang-format
	$(CARGO) fmt
	$(CARGO) fmt --manifest-path benches/Cargo.toml
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml
	clang-format -i $(C_FILES)

install: $(ARCHIVE) $(SHARED) ## into DESTDIR and PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/lib/cmake/inkotls
	install -m 644 $(HEADER) $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(ARCHIVE) $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(SHARED) $(DESTDIR)$(PREFIX)/lib/libinkotls.so.$(VERSION)
	ln -sf libinkotls.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libinkotls.so
	$(FILLED) packaging/inkotls.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/inkotls.pc
	$(FILLED) packaging/inkotlsConfig.cmake.in > $(DESTDIR)$(PREFIX)/lib/cmake/inkotls/inkotlsConfig.cmake
	$(FILLED) packaging/inkotlsConfigVersion.cmake.in > $(DESTDIR)$(PREFIX)/lib/cmake/inkotls/inkotlsConfigVersion.cmake

debug: $(OBJECT) $(SHARED) ## build/debug: what debuggers read, apart from what is shipped
	packaging/debug.sh $(OBJECT) $(SHARED)

install-debug: debug ## where debuggers look for it; the archive with it into PREFIX/lib/debug
	id=$$(readelf --notes $(SHARED) | sed -n 's/.*Build ID: //p'); rest=$${id#??}; \
	install -D -m 644 build/debug/libinkotls.so.debug $(DESTDIR)$(PREFIX)/lib/debug/.build-id/$${id%$$rest}/$$rest.debug
	install -m 644 build/debug/libinkotls.a $(DESTDIR)$(PREFIX)/lib/debug/

dist: sbom ## build/dist: the sources, with what they depend on
	packaging/dist.sh inkotls-$(VERSION)

sbom: $(CYCLONEDX) ## build/dist: the bill of materials
	packaging/sbom.sh $(CYCLONEDX) inkotls-$(VERSION)

reproduce: dist ## two builds, from a clone and from the tarball, one of them with rust-src: the same bytes
	packaging/reproduce.sh build/dist/inkotls-$(VERSION).tar.xz

stall: build/green_threads build/pki/done ## how long 900 connections stall while others are verified slowly
	build/green_threads build/pki

figures: ## time of a clean build of the archive, size of a client (the README's figures)
	ffi-tests/figures.sh '$(LIBS)'

# A quick look: make bench ROUNDS=3 ONLY='handshakes bulk @rustls @inkotls'
ROUNDS ?= 20
ONLY   ?=
BENCH       := --manifest-path benches/Cargo.toml --target-dir build/bench/target
BENCH_NEEDS := pkg-config libssl.pc=libssl-dev gnutls.pc=libgnutls28-dev wolfssl.pc=libwolfssl-dev \
               mbedtls/ssl.h=libmbedtls-dev update-ca-certificates=ca-certificates
bench: $(ARCHIVE) build/pki/done ## inkotls beside its peers; about five minutes
	@echo '== inkotls beside its peers'
	@ffi-tests/needs.sh $(BENCH_NEEDS)
	$(CARGO) build --release --locked $(BENCH)
	build/bench/target/release/bench build/pki build/bench $(ROUNDS) $(ONLY)
	$(if $(ONLY),,cp build/bench/results.svg docs/performance.svg)

clean: ## forget everything that was built
	$(CARGO) clean
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-14s %s\n", $$1, $$2 }'

build/tools/%:
	$(CARGO) install --locked --root build/tools/$(firstword $(subst /, ,$*)) $(firstword $(subst /, ,$*))

# The programs.

$(BUILD)/%: examples/%.c $(HEADER) $(ARCHIVE)
	@mkdir -p $(@D)
	@ffi-tests/needs.sh $($*_NEEDS)
	$(CC) $(STRICT) $(CFLAGS) -ffunction-sections -Iinclude $($*_CFLAGS) $< $(ARCHIVE) -Wl,--gc-sections $(LIBS) -o $@

pkcs11_server_NEEDS  := pkg-config p11-kit-1.pc=libp11-kit-dev
pkcs11_server_CFLAGS  = $$(pkg-config --cflags p11-kit-1)

$(BUILD)/tests/%: ffi-tests/%.c $(SUPPORT) $(HEADERS) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -Iinclude -Ibuild $< $(SUPPORT) $(ARCHIVE) $(LIBS) -o $@

$(BUILD)/tests/readme: build/readme.inc
build/asan/readme: build/readme.inc
build/tsan/readme: build/readme.inc
build/aws-lc-rs/readme: build/readme.inc

$(BOGO_SHIM): $(wildcard ffi-tests/bogo/*.[ch]) ffi-tests/clock.h $(HEADER) $(BOGO_LIBRARY) | libcrypto
	$(CC) $(WARN) $(CFLAGS) -Iinclude $(filter %.c,$^) $(BOGO_LIBRARY) $(LIBS) $(CRYPTO) -o $@

build/heap.so: ffi-tests/heap.c
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -shared -fPIC $< -o $@

build/unload: ffi-tests/unload.c ffi-tests/check.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -Iinclude $< ffi-tests/check.c -lpthread -ldl -o $@

$(SIGNERS): LIBS += $(CRYPTO)
$(SIGNERS): | libcrypto
$(SSL_PEERS): LIBS += $(SSL) $(CRYPTO)
$(SSL_PEERS): | libcrypto

libcrypto:
	@ffi-tests/needs.sh pkg-config libcrypto.pc=libssl-dev

build/readme.inc: README.md ffi-tests/readme.sh
	@mkdir -p $(@D)
	ffi-tests/readme.sh loop client > $@

build/valgrind.supp: ffi-tests/suppressions.sh
	@mkdir -p $(@D)
	$< > $@

build/pki/done: examples/pki.sh
	@ffi-tests/needs.sh openssl
	rm -rf build/pki
	examples/pki.sh build/pki
	@touch $@

build/peers/done: ffi-tests/peers.sh
	@ffi-tests/needs.sh python3
	$< build/peers

# The library with a hook that makes it panic: the tests' own, never shipped.
$(HOOKED): $(SOURCES)
	@echo '== building the library again, with the hook that makes it panic'
	$(CARGO) rustc $(FOR_C) --target-dir build/hooks/target \
	  $(TARGET:%=--target %) --config profile.release.lto=false -- --cfg inkotls_test_hooks
	@touch $@

$(BUILD)/hooks/symbols: abi/symbols
	@mkdir -p $(@D)
	(cat $<; echo inkotls_test_panic_next) > $@

$(BUILD)/hooks/panic: ffi-tests/panic.c $(SUPPORT) $(HEADERS) $(BUILD)/hooks/inkotls.o
	$(CC) $(WARN) $(CFLAGS) -Iinclude -Ibuild $< $(SUPPORT) $(BUILD)/hooks/inkotls.o $(LIBS) -o $@

# The library under AddressSanitizer, with that hook. The flag is rustc's unstable one, whatever the toolchain.
build/asan/libinkotls.a: $(SOURCES)
	@echo '== building the library again, under AddressSanitizer'
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address $(CARGO) rustc $(FOR_C) \
	  --target-dir build/asan/target --target $(shell rustc -vV | sed -n 's/host: //p') \
	  --config profile.release.lto=false -- --cfg inkotls_test_hooks
	cp build/asan/target/*/release/libinkotls.a $@

# The library under ThreadSanitizer, and the standard library with it: what that locks is seen, too.
# Its runtime is rustc's: another compiler's, of another LLVM, lacks functions.
build/tsan/libinkotls.a: $(SOURCES) ffi-tests/rust_src.sh
	@echo '== building the library again, and the standard library, under ThreadSanitizer'
	@ffi-tests/rust_src.sh
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=thread $(CARGO) rustc $(FOR_C) \
	  -Zbuild-std=std,panic_unwind --target-dir build/tsan/target \
	  --target $(shell rustc -vV | sed -n 's/host: //p') \
	  --config profile.release.lto=false -- --cfg inkotls_test_hooks
	cp "$$(rustc --print sysroot)"/lib/rustlib/*/lib/librustc*_rt.tsan.a build/tsan/libtsan.a
	cp build/tsan/target/*/release/libinkotls.a $@

build/tsan/%: ffi-tests/%.c $(SUPPORT) $(HEADERS) build/tsan/libinkotls.a
	$(CC) $(WARN) $(CFLAGS) -fsanitize=thread -static-libtsan -Lbuild/tsan -Iinclude -Ibuild $< $(SUPPORT) build/tsan/libinkotls.a $(LIBS) -o $@

# The library with the other provider.
AWS_LC_RS := --no-default-features --features aws-lc-rs,post-quantum,compression

build/aws-lc-rs/libinkotls.a: $(SOURCES)
	@echo '== building the library again, with aws-lc-rs'
	$(CARGO) rustc $(FOR_C) $(AWS_LC_RS) \
	  --target-dir build/aws-lc-rs/target --config profile.release.lto=false
	cp build/aws-lc-rs/target/release/libinkotls.a $@

build/aws-lc-rs/%: ffi-tests/%.c $(SUPPORT) $(HEADERS) build/aws-lc-rs/libinkotls.a
	$(CC) $(WARN) $(CFLAGS) -Iinclude -Ibuild $< $(SUPPORT) build/aws-lc-rs/libinkotls.a $(LIBS) -o $@

build/aws-lc-rs/%: examples/%.c $(HEADER) build/aws-lc-rs/libinkotls.a
	$(CC) $(STRICT) $(CFLAGS) -Iinclude $< build/aws-lc-rs/libinkotls.a $(LIBS) -o $@

build/asan/%: ffi-tests/%.c $(SUPPORT) $(HEADERS) build/asan/libinkotls.a
	$(CC) $(WARN) $(CFLAGS) $(UNDEFINED) -fsanitize=address -Iinclude -Ibuild $< $(SUPPORT) build/asan/libinkotls.a $(LIBS) -o $@

build/asan/%: examples/%.c $(HEADER) build/asan/libinkotls.a
	$(CC) $(STRICT) $(CFLAGS) $(UNDEFINED) -fsanitize=address -Iinclude $< build/asan/libinkotls.a $(LIBS) -o $@
