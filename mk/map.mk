# Which programs name which function. ffi-tests/README.md maps features to programs.

map: ## each exported function, and the C tests that name it
	@$(CARGO) test -q --locked --test rooms -- --nocapture functions_have_programs | grep '^inkotls_'
