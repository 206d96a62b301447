# Peers that are other programs.

NEEDS.test-interop := openssl curl python3
test-interop: $(BUILD)/https_server $(BUILD)/https_client build/pki/done ## the demo's programs against OpenSSL, curl and Python
	$(needs)
	python3 ffi-tests/peers/interop.py $(BUILD) build/pki

NEEDS.test-examples := python3 redis-server softhsm2-util=softhsm2 pkcs11-tool=opensc
test-examples: $(EXAMPLES:%=$(BUILD)/%) $(SHARED) build/pki/done ## the other examples, with Redis and SoftHSM, and under a flood
	$(needs)
	python3 ffi-tests/peers/redis.py $(BUILD) build/pki
	python3 ffi-tests/peers/pkcs11.py $(BUILD) build/pki
	python3 ffi-tests/peers/flood.py $(SHARED) build/pki
	$(BUILD)/green_threads build/pki 50 0.5

NEEDS.test-peers := openssl curl python3 gnutls-cli=gnutls-bin nginx=nginx-light tshark javac=default-jdk-headless node=nodejs \
    selfserv=libnss3-tools
test-peers: $(SHARED) build/pki/done build/peers/done ## the whole surface against GnuTLS, Node, Java, nginx, Go, NSS and others
	$(needs)
	python3 ffi-tests/peers/whole_surface.py $(SHARED) build/pki build/peers

NEEDS.build/peers/done := python3
build/peers/done: ffi-tests/peers/prepare.sh ffi-tests/peers/surface/ech.go
	$(needs)
	$< build/peers

NEEDS.bogo := python3
bogo: $(BUILD)/bogo ## BoringSSL's protocol suite through the C ABI; BOGO_RUNNER is its runner
	$(needs)
	ffi-tests/bogo/run.sh $<

$(BUILD)/bogo: $(wildcard ffi-tests/bogo/*.[ch]) $(HEADERS) $(LINKED)
	$(CC) $(WARN) $(CFLAGS) $(filter %.c,$^) $(LINKED) $(LIBS) -o $@
