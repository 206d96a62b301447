# What tools/reference makes of the comments in src/capi, and other programs' views of it.

REFERENCE     := --manifest-path tools/reference/Cargo.toml --target-dir build/reference/target
REFERENCE_RUN := $(CARGO) run --quiet --locked $(REFERENCE) --

NEEDS.test-bindings := swig luajit python3
test-bindings: $(SHARED) $(BINDGEN) build/reference/python/done ## include/ in bindgen, SWIG, Zig, cffi and LuaJIT; the JSON and its schema
	$(needs)
	tools/reference/bindings.sh $(SHARED) $(BINDGEN) build/reference/python

build/reference/python/done: tools/reference/python.sh
	$< $(@D)
