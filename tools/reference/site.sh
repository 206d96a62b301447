#!/usr/bin/env bash
# site.sh DIR: Chromium shows pages of the site without an error; DIR/../screenshots has what it shows.
set -euo pipefail

shots=$(dirname "$1")/screenshots
mkdir -p "$shots"
for page in index functions types conn client-builder guide/index guide/own-ca; do
  shot=$shots/${page//\//-}.png
  rm -f "$shot"
  log=$(timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,2000 \
    --enable-logging=stderr --screenshot="$shot" "file://$(realpath "$1")/$page.html" 2>&1)
  [ -s "$shot" ] || { echo "Chromium shows no $page: $log" >&2; exit 1; }
  errors=$(grep -E 'CONSOLE|ERR_' <<< "$log" || true)
  [ -z "$errors" ] || { echo "$page: $errors" >&2; exit 1; }
done
echo "7 passed: pages in Chromium; the screenshots are in $shots"
