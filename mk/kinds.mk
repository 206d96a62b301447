# The kinds in which the library is built. A target with KIND=asan, say, builds and tests that kind:
# make KIND=asan test-c T=tickets. Only the first is shipped.
#
#   release     what is shipped
#   quick       soon built: not optimised across crates, and a shared object, so that no test is linked again
#   hooks       with a function that makes the next call panic
#   asan        under AddressSanitizer, and in C under UndefinedBehaviorSanitizer
#   tsan        under ThreadSanitizer, with the standard library, so that what that locks is seen, too
#   aws-lc-rs   with aws-lc-rs instead of ring
#   graviola    with graviola instead of ring, and otherwise as it is shipped
#   providers   with graviola and ring, of which the processor decides

# What is shipped is built in one of two profiles: PROFILE=fast, or PROFILE=small, which is a quarter smaller and
# slower. Each stands for a profile in Cargo.toml.

KIND  ?= release
KINDS := release quick hooks asan tsan aws-lc-rs graviola providers
$(if $(filter $(KINDS),$(KIND)),,$(error KIND is none of: $(KINDS)))

PROFILE       ?= fast
cargo.fast    := release
cargo.small   := small
CARGO_PROFILE := $(or $(cargo.$(PROFILE)),$(error PROFILE is neither fast nor small))

BUILD := build$(TARGET:%=/%)$(patsubst %,/%,$(filter-out release,$(KIND)) $(filter-out fast,$(PROFILE)))
LIB   := $(BUILD)/lib

# Cargo's flags. What it builds for C is an archive: an rlib beside it would forbid LTO.
NOT_LTO             := --release --config profile.release.lto=false
features.aws-lc-rs  := --no-default-features --features capi,aws-lc-rs,post-quantum,compression
features.graviola   := --no-default-features --features capi,graviola,compression
features.providers  := --features capi,graviola
features.fast       := --features capi,graviola-ml-kem
features.small      := --features capi
flags.release       := --profile $(CARGO_PROFILE) --crate-type staticlib
flags.quick         := --profile quick --crate-type cdylib
flags.hooks         := $(NOT_LTO) --crate-type staticlib
flags.asan          := $(NOT_LTO) --crate-type staticlib --target $(HOST)
flags.tsan          := $(NOT_LTO) --crate-type staticlib --target $(HOST) -Zbuild-std=std,panic_unwind
flags.aws-lc-rs     := $(NOT_LTO) --crate-type staticlib
flags.graviola      := $(flags.release)
flags.providers     := $(NOT_LTO) --crate-type staticlib
CARGO_FLAGS         := $(flags.$(KIND)) $(or $(features.$(KIND)),$(features.$(PROFILE)))

# Its environment. The flags of the sanitizers are rustc's unstable ones, whatever the toolchain.
environment.release  := RUSTC_WRAPPER='$(CURDIR)/packaging/rustc.sh'
environment.graviola := $(environment.release)
environment.asan     := RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address
environment.tsan     := RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=thread
CARGO_ENV           := $(environment.$(KIND))

# The hook, in all that the C tests of panics run on.
HOOK                := $(if $(filter quick hooks asan tsan,$(KIND)),-- --cfg inkotls_test_hooks)

# What Cargo makes, what the C programs are linked with, and how they are compiled.
RUST    := $(LIB)/target/$(TARGET:%=%/)$(patsubst %,$(HOST)/,$(filter asan tsan,$(KIND)))
RUST    := $(RUST)$(if $(filter quick,$(KIND)),quick/$(SO),$(if $(filter release,$(KIND)),$(CARGO_PROFILE),release)/libinkotls.a)
LINKED  := $(if $(filter quick asan tsan,$(KIND)),$(RUST),$(LIB)/libinkotls.a)
UNDEFINED           := -fsanitize=undefined -fno-sanitize-recover=all
# ThreadSanitizer's runtime is rustc's: another compiler's, of another LLVM, lacks functions.
cflags.asan         := -fsanitize=address $(UNDEFINED)
cflags.tsan         := -fsanitize=thread -static-libtsan -L$(LIB)
cflags.quick        := -O1 '-Wl,-rpath,$(CURDIR)/$(dir $(RUST))'
KIND_CFLAGS         := $(cflags.$(KIND))
