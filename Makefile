# inkotls: `make help` lists the targets. What is not everyday is in mk/, in files named after what it does.

PREFIX  ?= /usr/local
LIBDIR  ?= lib
DESTDIR ?=
# What inkotls.pc says that PREFIX is.
PC_PREFIX ?= $(PREFIX)
CARGO   ?= cargo
CC      ?= cc
CXX     ?= c++
OBJCOPY ?= objcopy
NM      ?= nm

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
ABI     := $(shell cat abi/version)
# TARGET, CROSS, PORTABLE, ZIG; LIBS, and how a shared object is called and linked
include mk/targets.mk
HEADER  := include/inkotls.h
SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock build.rs abi/version Makefile mk/kinds.mk packaging/rustc.sh
CFLAGS  ?= -O2 -g
STRICT  := -std=c11 -Wall -Wextra -Wpedantic -Werror $(if $(IS_MACOS),-Wno-deprecated-declarations)
STRIPPED := --strip-debug
export CC AR LD NM OBJCOPY STRIPPED

# The kinds in which the library is built, and what each says: BUILD, CARGO_FLAGS, KIND_CFLAGS, ...
include mk/kinds.mk
# A prerequisite is expanded where it is read, so the tools' names come before the targets that need them.
include mk/tools.mk
OBJECT  := $(LIB)/inkotls.o
OBJECT_SCRIPT := packaging/object$(if $(IS_WINDOWS),-windows).sh
ARCHIVE := $(LIB)/libinkotls.a
SHARED  := $(LIB)/$(SO)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# A recipe's command in short; V=1 shows it whole.
shown = $(if $(V),,@echo '   $(@F)'; )

# Installs what a target needs: NEEDS.target, Debian's packages as ffi-tests/support/needs.sh takes them.
needs = @ffi-tests/support/needs.sh $(NEEDS.$@)

##@ The library

all: $(ARCHIVE) $(SHARED) $(HEADER) man ## the archive, the shared object, the header and the man pages

# A program that is linked with a shared object looks for its SONAME.
$(RUST): $(SOURCES) | toolchain
	@echo '== building the library$(if $(filter release,$(KIND)),, again: $(KIND))'
	$(CARGO_ENV) $(CARGO) rustc --locked --lib $(CARGO_FLAGS) $(TARGET:%=--target %) --target-dir $(LIB)/target $(HOOK)
	@touch $@
	$(if $(filter %/$(SO),$@),ln -sf $(@F) $(@D)/$(SONAME))

# All of it as one object, in which nothing is global but what the header declares.
$(OBJECT): $(RUST) $(LIB)/symbols $(OBJECT_SCRIPT)
	$(OBJECT_SCRIPT) $(RUST) $(LIB)/symbols $@

$(LIB)/symbols: abi/symbols
	@mkdir -p $(@D)
	@(cat $<; $(if $(HOOK),echo inkotls_test_panic_next)) | sed 's/^/$(UNDERSCORE)/' > $@

$(ARCHIVE): $(OBJECT)
	@rm -f $@
	$(AR) $(if $(ON_MACOS),crs,crsD) $@ $(OBJECT)

$(SHARED): $(OBJECT) $(EXPORTS)
	$(LINK_SHARED) -o $@
	$(if $(SONAME),ln -sf $(@F) $(@D)/$(SONAME))

$(LIB)/exports: $(LIB)/symbols abi/version
	@(echo 'INKOTLS_$(ABI) { global:'; sed 's/$$/;/' $<; echo 'local: *; };') > $@

header: ## write include/ from the comments of src/capi
	$(REFERENCE_RUN) header

NEEDS.abi := abidw=abigail-tools
abi: ## write abi/: the ABI changes, and the CHANGELOG says so
	$(needs)
	abi/declared.sh > abi/symbols
	abi/check.sh --write

# From LIBDIR, which is below PREFIX, back to PREFIX.
UP     := $(subst $() ,/,$(patsubst %,..,$(subst /, ,$(LIBDIR))))
FILLED  = sed -e 's|@PREFIX@|$(PC_PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@UP@|$(UP)|' \
          -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LIBS)|' -e 's|@SONAME@|$(SONAME)|' \
          -e 's|@SO@|$(if $(IS_WINDOWS),bin,$(LIBDIR))/$(SO)|'
TO      = $(DESTDIR)$(PREFIX)
install: $(ARCHIVE) $(SHARED) man ## into DESTDIR and PREFIX (/usr/local); the libraries into LIBDIR below it (lib)
	install -d $(TO)/include $(TO)/$(LIBDIR)/pkgconfig $(TO)/$(LIBDIR)/cmake/inkotls
	install -d $(TO)/share/inkotls $(TO)/share/man/man3 $(TO)/share/man/man7
	install -m 644 $(HEADER) $(TO)/include/
	install -m 644 include/inkotls.cdef include/inkotls.json include/inkotls.schema.json $(TO)/share/inkotls/
	install -m 644 build/man/man3/* $(TO)/share/man/man3/
	install -m 644 build/man/man7/* $(TO)/share/man/man7/
	install -m 644 $(ARCHIVE) $(TO)/$(LIBDIR)/
	$(INSTALL_SHARED)
	$(FILLED) packaging/inkotls.pc.in > $(TO)/$(LIBDIR)/pkgconfig/inkotls.pc
	$(FILLED) packaging/inkotlsConfig.cmake.in > $(TO)/$(LIBDIR)/cmake/inkotls/inkotlsConfig.cmake
	$(FILLED) packaging/inkotlsConfigVersion.cmake.in > $(TO)/$(LIBDIR)/cmake/inkotls/inkotlsConfigVersion.cmake

##@ What proves it

# `make test` is proved with cc, make, cargo, openssl, curl and python3 alone; `make test-all` has the rest, too.
PARTS := test-rust test-header test-c test-recipes test-panic test-interop test-fuzz
MORE  := test-c-openssl test-load test-abi test-links test-runtime test-features test-llvm test-install test-valgrind \
         test-asan test-tsan test-aws-lc-rs test-graviola test-small test-examples test-peers test-model test-bindings test-pages \
         test-hosts test-windows

demo: $(BUILD)/https_server $(BUILD)/https_client ## a server and a client in C, curl, and a refused handshake
	@ffi-tests/support/needs.sh openssl curl
	examples/demo.sh $(BUILD) $(BUILD)/demo

test: ## builds the library and proves it; five minutes
	@MAKE='$(MAKE)' ffi-tests/support/parts.sh $(PARTS)

test-all: ## that, and all else that this machine can prove; half an hour
	@MAKE='$(MAKE)' ffi-tests/support/parts.sh $(PARTS) $(MORE)

quick: ## after an edit: all C tests, briefly. T=tickets runs one of them, S=rotation a scenario of it
	@BRIEF=1 TEST_SECONDS=$${TEST_SECONDS:-120} $(MAKE) --no-print-directory KIND=quick AGAIN='make quick' test-c-all $(if $(T),,test-recipes)

deps: ## installs, as root with apt-get, what make lint and make test-all need
	@ffi-tests/support/needs.sh $(sort $(foreach name,$(filter NEEDS.%,$(.VARIABLES)),$($(name))))
	$(CARGO) fetch --locked
	$(CARGO) fetch --locked --manifest-path fuzz/Cargo.toml
	$(CARGO) fetch --locked --manifest-path benches/Cargo.toml
	$(CARGO) fetch --locked --manifest-path tools/reference/Cargo.toml
	$(MAKE) $(DENY) $(BINDGEN) $(ZIG) build/reference/python/done build/peers/done build/hosts/go/done build/hosts/python/done
	-@ffi-tests/sanitizers/rust_src.sh

NEEDS.test-rust := openssl
test-rust: ## the Rust tests
	$(needs)
	$(CARGO) test --locked --no-fail-fast --features graviola-ml-kem

NEEDS.lint  = clang-format $(NEEDS.bench)
lint: $(DENY) ## rustfmt, clippy, clang-format, and what deny.toml asks of the dependencies
	$(needs)
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets --features graviola -- -D warnings
	$(CARGO) fmt --check --manifest-path benches/Cargo.toml
	$(CARGO) clippy --locked $(BENCH) -- -D warnings
	$(CARGO) fmt --check --manifest-path tools/reference/Cargo.toml
	$(CARGO) clippy --locked $(REFERENCE) --all-targets -- -D warnings
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(FUZZ_ENV) $(CARGO) clippy --locked $(FUZZ) --all-targets --features libfuzzer -- -D warnings
	rustfmt --check $(wildcard examples/recipes/*/*.rs)
	clang-format --dry-run -Werror $(C_FILES)
	$(DENY) --locked check -D warnings licenses bans sources

NEEDS.format := clang-format
format: ## rustfmt and clang-format, in place
	$(needs)
	$(CARGO) fmt
	$(CARGO) fmt --manifest-path benches/Cargo.toml
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml
	$(CARGO) fmt --manifest-path tools/reference/Cargo.toml
	rustfmt $(wildcard examples/recipes/*/*.rs)
	clang-format -i $(C_FILES)

C_FILES := $(wildcard ffi-tests/*/*.[ch] examples/*.c examples/*/*.[ch] examples/*/*/*.c benches/peers/*.[ch])

##@ The C tests: a program that is put into a room of ffi-tests is built and run

ROOMS    := api handshake trust keys sessions io blocking
HEADERS  := $(HEADER) $(wildcard ffi-tests/support/*.h)
SUPPORT  := $(patsubst %,$(BUILD)/support/%.o,check pair pki configs wire) $(POSIX_SUPPORT)
WARN     := $(STRICT) $(POSIX) -D_GNU_SOURCE -Iinclude -Iffi-tests/support -Ibuild
LOAD     := $(wildcard ffi-tests/load/*.c)
FOUND    := $(sort $(wildcard $(ROOMS:%=ffi-tests/%/*.c)))
# Those that make the library panic, which only some kinds can; and whose host or peer is of OpenSSL's libraries.
PANICS   := $(shell grep -l inkotls_test_panic_next $(FOUND))
OPENSSL  := $(shell grep -lE '<openssl/|"signing.h"' $(FOUND) $(LOAD))
TESTS    := $(filter-out $(OPENSSL) $(if $(HOOK),,$(PANICS)) $(ABSENT:%=ffi-tests/%.c),$(FOUND))

TESTS_OPENSSL := $(filter-out $(LOAD),$(OPENSSL))

# $(call run,SOURCES,UNDER): builds these programs and runs them, as many at a time as there are processors, under
# what UNDER is. Where T names programs or rooms, those instead; S, of the environment, names a scenario. One that
# does not compile is not there to run, and fails.
define run
@$(MAKE) --no-print-directory --keep-going $(PARALLEL) $(chosen); built=$$?; \
UNDER='$(2)' AGAIN='$(AGAIN)' ffi-tests/support/run.sh $(chosen) && exit $$built
endef
# What stops all of them where it cannot be built.
READY    = $(LINKED) $(SUPPORT) build/pki/done
chosen   = $(patsubst ffi-tests/%.c,$(BUILD)/tests/%,$(if $(T),$(sort $(foreach t,$(T),$(named))),$(1)))
named    = $(or $(filter %/$(t).c ffi-tests/$(t)/% ffi-tests/$(t).c,$(FOUND) $(LOAD)),$(error no C test or room is named $(t)))
AGAIN    = $(if $(BRIEF),BRIEF=1 )make $(patsubst %,KIND=% ,$(filter-out release,$(KIND)))$@
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc) -Otarget) $(if $(V),,-s)
export S

test-c: $(READY) ## the C tests
	$(call run,$(TESTS),$(RUN))

test-c-openssl: $(READY) $(BUILD)/bogo ## the C tests in which OpenSSL's libraries sign, or are the peer; and that the shim of BoGo builds
	$(call run,$(TESTS_OPENSSL),$(RUN))

test-c-all: $(READY)
	$(call run,$(TESTS) $(TESTS_OPENSSL),$(RUN))

test-small: ## the C tests, on the library that make PROFILE=small builds
	@$(MAKE) --no-print-directory PROFILE=small test-c

test-panic: ## the C tests of panics, on a library that can be made to
	@$(MAKE) --no-print-directory KIND=hooks T='$(PANICS:ffi-tests/%.c=%)' test-c

$(BUILD)/support/%.o: ffi-tests/support/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(shown)$(CC) $(WARN) $(CFLAGS) $(KIND_CFLAGS) -c $< -o $@

$(BUILD)/tests/%: ffi-tests/%.c $(SUPPORT) $(HEADERS) $(if $(filter quick,$(KIND)),|) $(LINKED)
	@mkdir -p $(@D) && rm -f $@
	$(shown)$(CC) $(WARN) $(CFLAGS) $(KIND_CFLAGS) $< $(SUPPORT) $(LINKED) $(LDFLAGS) $(LIBS) $(TO_PROGRAM)

$(BUILD)/%: examples/%.c examples/epoll.h $(HEADER) $(LINKED) $(POSIX_SUPPORT)
	@mkdir -p $(@D)
	@ffi-tests/support/needs.sh $(NEEDS.$*)
	$(CC) $(STRICT) $(POSIX) $(CFLAGS) $(KIND_CFLAGS) -ffunction-sections -Iinclude $($*_CFLAGS) $< $(LINKED) $(POSIX_SUPPORT) $(GC) $(LDFLAGS) $(LIBS) $(TO_PROGRAM)

EXAMPLES := https_server https_client redis_sessions pkcs11_server green_threads

# The guide's programs: a file that is put into examples/recipes is built and run.
RECIPES := $(patsubst examples/%.c,$(BUILD)/%,$(filter-out $(ABSENT:%=examples/%.c),$(wildcard examples/recipes/*.c)))
$(RECIPES): examples/recipes/recipe.h

# The one in Rust is a package. Cargo writes beside it, so it is built as a copy; ../../.. is here from there, too.
PACKAGE := build/rust/rust-runtime
RECIPES += $(if $(TARGET)$(filter quick,$(KIND)),,$(PACKAGE)/target/debug/rust-runtime)
$(PACKAGE)/target/debug/rust-runtime: $(wildcard examples/recipes/rust-runtime/*) examples/recipes/recipe.h $(HEADER) $(SOURCES)
	@mkdir -p $(PACKAGE)
	cp examples/recipes/rust-runtime/* Cargo.lock $(PACKAGE)/
	cp examples/recipes/recipe.h build/rust/
	$(CARGO) build --manifest-path $(PACKAGE)/Cargo.toml
	@touch $@

NEEDS.test-recipes := python3 openssl
test-recipes: $(RECIPES) build/pki/done ## the programs of docs/guide, and that its pages show them as they are
	$(needs)
	ffi-tests/support/guide.py '$(RUN)' $(RECIPES)

NEEDS.pkcs11_server  := pkg-config p11-kit-1.pc=libp11-kit-dev
pkcs11_server_CFLAGS  = $$(pkg-config --cflags p11-kit-1)

OPENSSL_LIBS ?= -lssl -lcrypto
OPENSSL_TESTS := $(OPENSSL:ffi-tests/%.c=$(BUILD)/tests/%) $(BUILD)/bogo
$(OPENSSL_TESTS): LIBS += $(OPENSSL_LIBS)
$(OPENSSL_TESTS): | libssl-dev
NEEDS.libssl-dev := $(if $(TARGET),,openssl/ssl.h=libssl-dev)
libssl-dev:
	$(needs)

$(BUILD)/tests/api/readme: build/readme.inc build/preface.inc
build/readme.inc: README.md docs/guide/first-client.md tools/reference/notes.txt ffi-tests/support/readme.sh
	@mkdir -p $(@D)
	ffi-tests/support/readme.sh loop client 'A poll loop' > $@
build/preface.inc: tools/reference/preface.txt ffi-tests/support/readme.sh
	@mkdir -p $(@D)
	ffi-tests/support/readme.sh preface > $@

NEEDS.build/pki/done := openssl
build/pki/done: examples/pki.sh
	$(needs)
	rm -rf build/pki
	examples/pki.sh build/pki
	@touch $@

##@ The rest, in mk/

include $(filter-out mk/targets.mk mk/kinds.mk mk/tools.mk,$(wildcard mk/*.mk))

clean: ## forget everything that was built
	$(CARGO) clean
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-15s %s\n", $$1, $$2 }'

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*##.*/\1/p' $(MAKEFILE_LIST)) test-c-all libssl-dev
