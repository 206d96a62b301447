# What tools/reference makes of the comments in src/capi, and what other programs make of that.

REFERENCE      := --manifest-path tools/reference/Cargo.toml --target-dir build/reference/target
REFERENCE_RUN  := $(CARGO) run --quiet --locked $(REFERENCE) --
REFERENCE_FROM := $(SOURCES) $(wildcard tools/reference/*.txt tools/reference/src/*.rs)
# The day of the commit; in a tarball, that of its files.
DAY             = $(or $(shell git show --no-patch --format=%cs 2> /dev/null),$(shell date -r Cargo.toml +%F))

man: build/man/man7/inkotls.7 ## build/man: the man pages
build/man/man7/inkotls.7: $(REFERENCE_FROM)
	@rm -rf build/man
	$(REFERENCE_RUN) man build/man $(DAY)

NEEDS.test-pages := mandoc groff
test-pages: man ## the man pages
	$(needs)
	tools/reference/man.sh build/man

NEEDS.test-bindings := swig luajit python3
test-bindings: $(SHARED) $(BINDGEN) build/reference/python/done ## include/ in bindgen, SWIG, Zig, cffi and LuaJIT; the JSON and its schema
	$(needs)
	tools/reference/bindings.sh $(SHARED) $(BINDGEN) build/reference/python

build/reference/python/done: tools/reference/python.sh
	$< $(@D)
