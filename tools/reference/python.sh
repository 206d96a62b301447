#!/usr/bin/env bash
# python.sh DIR: cffi and a validator of JSON schemas, in a Python environment of its own.
set -euo pipefail

python3 -c 'import ensurepip' 2> /dev/null || "$(dirname "$0")/../../ffi-tests/support/needs.sh" python3-venv
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: cffi==2.0.0 jsonschema==4.26.0
touch "$1/done"
