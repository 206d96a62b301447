# The C tests under what watches memory, threads and undefined behaviour. Each is first shown a mistake that it
# must see.

VALGRIND := valgrind -q --leak-check=full --errors-for-leak-kinds=all --error-exitcode=99 --suppressions=build/valgrind.supp
PROOF    := $(BUILD)/tests/sanitizers/sanitizer_proof

NEEDS.test-valgrind := valgrind
test-valgrind: export BRIEF = 1
test-valgrind: $(READY) build/valgrind.supp ## the C tests under valgrind
	$(needs)
	$(call run,$(TESTS) $(TESTS_OPENSSL),$(VALGRIND))
	$(if $(T),,@$(MAKE) --no-print-directory KIND=hooks T='$(PANICS:ffi-tests/%.c=%)' $@)

build/valgrind.supp: ffi-tests/sanitizers/suppressions.sh
	@mkdir -p $(@D)
	$< > $@

test-asan: ## the C tests and the demo's programs under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory KIND=asan watched-address watched-undefined test-c-all test-interop

test-tsan: ## the C tests under ThreadSanitizer
	@BRIEF=1 $(MAKE) --no-print-directory KIND=tsan watched-thread test-c-all

watched-%: $(PROOF)
	@ffi-tests/sanitizers/sanitizer_proof.sh $(PROOF) $*

# ThreadSanitizer sees the standard library's locks only where that is built under it, too.
$(LIB)/libtsan.a: $(RUST)
	cp "$$(rustc --print sysroot)"/lib/rustlib/*/lib/librustc*_rt.tsan.a $@
ifeq ($(KIND),tsan)
$(RUST): | rust-src
$(patsubst ffi-tests/%.c,$(BUILD)/tests/%,$(FOUND)) $(PROOF): | $(LIB)/libtsan.a
endif
rust-src:
	@ffi-tests/sanitizers/rust_src.sh

# A handle's type says nothing of what is at its address: that is exposed provenance.
MIRI := MIRIFLAGS=-Zmiri-permissive-provenance RUSTFLAGS='--cfg inkotls_test_hooks' \
        $(CARGO) +nightly miri test --locked --target-dir build/miri

test-miri: ## the border between C and Rust under Miri; needs a nightly toolchain
	@ffi-tests/sanitizers/miri.sh
	$(MIRI) --test rust_host
	$(MIRI) --test border --features capi

.PHONY: rust-src
