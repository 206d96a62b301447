# What it costs, and how fast it is.

figures: ## time of a clean build of the archive, size of a client (docs/guide/building.md)
	ffi-tests/figures/figures.sh '$(LIBS)'

# A quick look: make bench ROUNDS=3 ONLY='handshakes bulk @rustls @inkotls'
ROUNDS ?= 20
ONLY   ?=
BENCH  := --manifest-path benches/Cargo.toml --target-dir build/bench/target
NEEDS.bench := pkg-config libssl.pc=libssl-dev gnutls.pc=libgnutls28-dev wolfssl.pc=libwolfssl-dev \
               mbedtls/ssl.h=libmbedtls-dev update-ca-certificates=ca-certificates
bench: $(ARCHIVE) build/pki/done ## inkotls beside its peers, about eight minutes; fails where a goal is missed
	$(needs)
	@$(MAKE) --no-print-directory KIND=graviola build/graviola/lib/libinkotls.a
	$(CARGO) build --release --locked $(BENCH)
	build/bench/target/release/bench build/pki build/bench $(ROUNDS) $(ONLY); status=$$?; \
	  $(if $(ONLY),,cp build/bench/results.svg docs/performance.svg;) exit $$status
