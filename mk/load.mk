# Many peers, and hostile ones.

test-load: $(READY) ## what hostile peers cost; that secrets are wiped; a soak with few connections
	$(call run,$(LOAD))

hostile: $(BUILD)/tests/load/hostile_peers $(BUILD)/tests/load/session_memory build/pki/done ## what hostile peers cost, in time and memory
	@$(BUILD)/tests/load/hostile_peers build/pki
	@$(BUILD)/tests/load/session_memory build/pki

soak: export SOAK_SECONDS ?= 600
soak: export SOAK_CONNECTIONS ?= 10000
soak: $(BUILD)/tests/load/soak build/pki/done ## 10,000 connections to the epoll example, most of them hostile, for ten minutes
	$< build/pki

$(BUILD)/tests/load/soak: | $(BUILD)/https_server $(BUILD)/heap.so
$(BUILD)/heap.so: ffi-tests/support/heap.c
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -shared -fPIC $< -o $@

stall: $(BUILD)/green_threads build/pki/done ## how long 900 connections stall while others are verified slowly
	$< build/pki
