#!/usr/bin/env bash
# prepare.sh DIR: installs Ruby with the gems that the tests need, and the gem of this folder below DIR.
set -euo pipefail

here=$(realpath "$(dirname "$0")") root=$(realpath "$(dirname "$0")/../..")
mkdir -p "$1"
dir=$(realpath "$1")
ruby -e 'require "async"; require "minitest"' 2> /dev/null ||
  "$root/ffi-tests/support/needs.sh" async=ruby-async minitest=ruby-minitest
(cd "$here" && gem build --quiet --output "$dir/inkotls.gem" inkotls.gemspec)
gem install --quiet --local --no-document --force --install-dir "$dir/gems" "$dir/inkotls.gem"
touch "$dir/done"
