# The fuzzers and the model: a package of their own, with the hook that makes the library panic.

FUZZ     := --manifest-path fuzz/Cargo.toml --target-dir build/fuzz/target
FUZZ_ENV := RUSTFLAGS='--cfg inkotls_test_hooks'

test-fuzz: build/pki/done ## the fuzzers' seeds and finds, and floods, without a fuzzer
	$(FUZZ_ENV) $(CARGO) test --locked $(FUZZ) --no-fail-fast --test replay --test floods

test-model: SECONDS = 20
test-model: model ## 20 seconds of the model

model: build/pki/done ## two connections in random schedules beside a queue of bytes, for SECONDS (600)
	MODEL_SECONDS=$(or $(SECONDS),600) $(FUZZ_ENV) $(CARGO) test --locked $(FUZZ) --test model

# How long each target runs.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS := network inputs calls

NEEDS.fuzz := g++
fuzz: $(FUZZER) build/pki/done ## before a release: each fuzz target for FUZZ_SECONDS (600), under AddressSanitizer
	$(needs)
	RUSTC_BOOTSTRAP=1 $(FUZZ_ENV) $< fuzz build --fuzz-dir fuzz --target-dir build/fuzz/target --features libfuzzer
	@echo '| target | runs | a second | edges | corpus | failed |'
	@for target in $(FUZZ_TARGETS); do fuzz/run.sh build/fuzz $$target $(FUZZ_SECONDS) || exit 1; done
