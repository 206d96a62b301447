# Bindings for languages: hosts/README.md.

# The hosts that `make test-hosts` runs; SCENARIOS.host is the program that runs the scenarios.
HOSTS := go luajit python ruby
TABLE :=
scenarios = INKOTLS_LIBRARY=$(SHARED) python3 hosts/run.py $(TABLE) '$(1)=$(SCENARIOS.$(1))'

test-hosts: $(HOSTS:%=test-%) ## the bindings in hosts/, each with its tests and the common scenarios
	python3 hosts/declare.py --check

declarations: ## writes the declarations of hosts/ from include/inkotls.json
	python3 hosts/declare.py

hosts-table: ## the table in hosts/README.md, from what the hosts do
	$(MAKE) test-hosts TABLE=--write

NEEDS.test-luajit := luajit openssl python3 /usr/share/lua/5.1/cqueues.lua=lua-cqueues
SCENARIOS.luajit   = luajit hosts/luajit/scenarios.lua $(SHARED) build/pki
test-luajit: $(SHARED) build/pki/done ## hosts/luajit: its tests and the scenarios
	$(needs)
	INKOTLS_LIBRARY=$(SHARED) luajit hosts/luajit/test.lua $(SHARED) build/pki
	$(call scenarios,luajit)

NEEDS.bench-luajit := $(NEEDS.test-luajit) /usr/share/lua/5.1/openssl.lua=lua-luaossl
bench-luajit: $(SHARED) build/pki/done ## hosts/luajit beside luaossl
	$(needs)
	INKOTLS_LIBRARY=$(SHARED) luajit hosts/luajit/bench.lua $(SHARED) build/pki

NEEDS.test-inko := curl python3
SCENARIOS.inko   = build/hosts/inko/build/release/scenarios build/pki
test-inko: $(SHARED) $(ARCHIVE) build/pki/done ## hosts/inko: its tests and the scenarios; INKO is the compiler
	$(needs)
	hosts/inko/run.sh $(LIB) build/pki
	LD_LIBRARY_PATH=$(LIB) $(call scenarios,inko)

bench-inko: test-inko ## hosts/inko beside Inko's own TLS; INKO is the compiler
	SSL_CERT_FILE=build/pki/ca.pem LD_LIBRARY_PATH=$(LIB) build/hosts/inko/build/release/bench build/pki/ecdsa.pem build/pki/ecdsa.key

# Go's cache of results does not know the library that is linked: -count=1.
GO = hosts/go/go.sh $(LIB)
SCENARIOS.go = $(GO) run ./scenarios $(CURDIR)/$(SHARED) $(CURDIR)/build/pki
NEEDS.test-go := gcc openssl python3
test-go: build/hosts/go/done $(SHARED) build/pki/done ## hosts/go: its tests, also with the race detector and AddressSanitizer, an example and the scenarios
	$(needs)
	test -z "$$(build/hosts/go/goroot/bin/gofmt -l hosts/go)"
	$(GO) vet ./...
	$(GO) test -count=1 .
	GOEXPERIMENT=cgocheck2 $(GO) test -count=1 -race -vet=off -overlay $(CURDIR)/build/hosts/go/overlay.json -tags nettest .
	CC=gcc $(GO) test -count=1 -asan -vet=off .
	$(GO) build -o $(CURDIR)/build/hosts/go/get ./get
	hosts/go/get/test.sh build/hosts/go/get build/pki
	$(call scenarios,go)

NEEDS.build/hosts/go/done := python3
build/hosts/go/done: hosts/go/prepare.sh
	$(needs)
	$< $(@D)

bench-go: build/hosts/go/done $(SHARED) build/pki/done ## hosts/go beside crypto/tls
	$(GO) run ./bench $(CURDIR)/build/pki

# The tests run the files of the tree; the example runs the installed gem.
SCENARIOS.ruby = ruby -w hosts/ruby/scenarios.rb $(SHARED) build/pki
NEEDS.test-ruby := openssl python3
test-ruby: build/hosts/ruby/done $(SHARED) build/pki/done ## hosts/ruby: its tests, an example and the scenarios
	$(needs)
	INKOTLS_LIBRARY=$(SHARED) INKOTLS_PKI=build/pki ruby -w hosts/ruby/test/all.rb
	INKOTLS_LIBRARY=$(SHARED) GEM_PATH=build/hosts/ruby/gems: hosts/ruby/example/test.sh build/pki
	$(call scenarios,ruby)

NEEDS.build/hosts/ruby/done := ruby
build/hosts/ruby/done: hosts/ruby/prepare.sh hosts/ruby/inkotls.gemspec $(wildcard hosts/ruby/lib/*.rb hosts/ruby/lib/*/*.rb)
	$(needs)
	$< $(@D)

bench-ruby: build/hosts/ruby/done $(SHARED) build/pki/done ## hosts/ruby beside the openssl gem
	INKOTLS_LIBRARY=$(SHARED) INKOTLS_PKI=build/pki ruby hosts/ruby/bench.rb

# The environment of the tests; what is tested there is the wheel, as it is published.
PYTHON = build/hosts/python/bin/python
NEEDS.build/hosts/python/done := gcc python3
build/hosts/python/done: hosts/python/prepare.sh hosts/python/tests/requirements.txt
	$(needs)
	$< $(@D)

build/hosts/python/installed: build/hosts/python/done $(SHARED) $(HEADER) $(wildcard hosts/python/*.* hosts/python/src/inkotls/*.*)
	hosts/python/wheel.sh $(@D) $(SHARED) $(@D)/wheel
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps $(@D)/wheel/*.whl
	touch $@

wheel: build/hosts/python/done $(SHARED) ## hosts/python as a wheel with the shared object, in build/wheel
	hosts/python/wheel.sh $(<D) $(SHARED) build/wheel
	@ls build/wheel/*

SCENARIOS.python = $(PYTHON) hosts/python/scenarios.py build/pki
NEEDS.test-python := openssl /usr/lib/postgresql=postgresql
test-python: build/hosts/python/installed build/pki/done ## hosts/python: its tests, those of asyncio and of aiohttp, a driver of PostgreSQL, an example and the scenarios
	$(needs)
	PKI=build/pki $(PYTHON) -W error hosts/python/tests/test_inkotls.py
	$(PYTHON) hosts/python/tests/stdlib.py
	$(PYTHON) hosts/python/tests/aiohttp_tests.py build/hosts/python/aiohttp
	$(PYTHON) hosts/python/tests/aiohttp_tests.py build/hosts/python/aiohttp aio
	$(PYTHON) hosts/python/tests/postgres.py build/pki
	$(call scenarios,python)

bench-python: build/hosts/python/installed build/pki/done ## hosts/python beside ssl
	$(PYTHON) hosts/python/bench.py build/pki
