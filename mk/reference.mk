# What tools/reference makes of the comments in src/capi, and what other programs make of that.

REFERENCE      := --manifest-path tools/reference/Cargo.toml --target-dir build/reference/target
REFERENCE_RUN  := $(CARGO) run --quiet --locked $(REFERENCE) --
REFERENCE_FROM := Cargo.toml abi/version $(wildcard src/capi/*.rs tools/reference/*.txt tools/reference/src/*.rs)
# The day of the commit; in a tarball, that of its files.
DAY             = $(or $(shell git show --no-patch --format=%cs 2> /dev/null),$(shell date -r Cargo.toml +%F))

man: build/man/man7/inkotls.7 ## build/man: the man pages
build/man/man7/inkotls.7: $(REFERENCE_FROM)
	@rm -rf build/man
	$(REFERENCE_RUN) man build/man $(DAY)

site: build/html/index.html ## build/html: the reference and the guide as pages
build/html/index.html: $(REFERENCE_FROM) $(wildcard tools/reference/src/*.css docs/*.md docs/*/*.md examples/*.c examples/recipes/*)
	@rm -rf build/html
	$(REFERENCE_RUN) site build/html

NEEDS.test-pages := mandoc groff chromium
test-pages: man site ## the man pages and the site, as mandoc, groff and Chromium see them
	$(needs)
	tools/reference/man.sh build/man
	tools/reference/site.sh build/html

NEEDS.test-bindings := swig luajit python3
test-bindings: $(SHARED) $(BINDGEN) $(ZIG) build/reference/python/done ## include/ in bindgen, SWIG, Zig, cffi and LuaJIT; the JSON and its schema
	$(needs)
	tools/reference/bindings.sh $(SHARED) $(BINDGEN) build/reference/python

build/reference/python/done: tools/reference/python.sh
	$< $(@D)
