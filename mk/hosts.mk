# Bindings for languages: hosts/README.md.

# What runs the scenarios of a host.
HOSTS := 

declarations: ## write the declarations of hosts/ from include/inkotls.json
	python3 hosts/declare.py

hosts-table: $(HOSTS:%=build/hosts/%/done) $(SHARED) build/pki/done ## the table in hosts/README.md, from what the hosts do
	python3 hosts/run.py --write $(foreach host,$(HOSTS),'$(host)=$(SCENARIOS.$(host))')

NEEDS.test-hosts = $(foreach host,$(HOSTS),$(NEEDS.test-$(host)))
test-hosts: $(HOSTS:%=test-%) ## the bindings in hosts/, each with its tests and the common scenarios
	python3 hosts/declare.py --check
