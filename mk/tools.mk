# Tools of Cargo's, each of one version, built without optimisation: they run for seconds.
DENY      := build/tools/cargo-deny@0.20.2/bin/cargo-deny
CYCLONEDX := build/tools/cargo-cyclonedx@0.5.9/bin/cargo-cyclonedx
FUZZER    := build/tools/cargo-fuzz@0.13.2/bin/cargo-fuzz
CAPI      := build/tools/cargo-c@0.10.24+cargo-0.98.0/bin/cargo-capi
BINDGEN   := build/tools/bindgen-cli@0.73.2/bin/bindgen

build/tools/%:
	$(CARGO) install --locked --debug --root build/tools/$(firstword $(subst /, ,$*)) $(firstword $(subst /, ,$*))
