#!/usr/bin/env bash
# sbom.sh CYCLONEDX NAME FEATURES TARGET: writes build/dist/NAME.cdx.json, the software bill of materials (CycloneDX) of the committed
# library, as it is built for Rust's TARGET with Cargo's options FEATURES: exactly the packages that are built, each with its
# version and licence. The same commit gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

cyclonedx=$PWD/$1 features=$3 target=$4 bom=$PWD/build/dist/$2.cdx.json
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
git archive HEAD | tar -x -C "$sources"
# Without this line, the bill would include features that only the dev-dependencies enable.
sed -i '/^\[dev-dependencies\]/,/^$/d' "$sources/Cargo.toml"
SOURCE_DATE_EPOCH=$(git show --no-patch --format=%ct HEAD) "$cyclonedx" cyclonedx --quiet --format json \
  --spec-version 1.5 --manifest-path "$sources/Cargo.toml" $features --target "$target" --override-filename bom
mkdir -p "${bom%/*}"
sed "s|$sources|.|g" "$sources/bom.json" > "$bom"

listed=$(python3 -c '
import json, sys
for it in json.load(sys.stdin)["components"]:
    print(it["name"], it["version"], "is licensed" if it["licenses"] else "")' < "$bom" | sort)
built=$(cargo tree --locked $features --target "$target" --edges normal,build --prefix none --format '{p}' |
  awk 'NF > 1 && $1 != "inkotls" { print $1, substr($2, 2), "is licensed" }' | sort -u)
diff <(echo "$built") <(echo "$listed") || { echo "$bom does not list the packages that are built" >&2; exit 1; }
(cd "${bom%/*}" && sha256sum "${bom##*/}" | tee "${bom##*/}.sha256")
