#!/usr/bin/env bash
# pki.sh DIR CA_DIR PORT: copies CA_DIR to DIR, and issues certificates whose CRL is at http://127.0.0.1:PORT/NAME.crl: platform
# and held, which are valid, and revoked. ca.crl.der revokes it.
set -euo pipefail

dir=$1
rm -rf "$dir"
cp -r "$2" "$dir"
cd "$dir"
serial=$(date +%s)000000 # Windows keeps the verdict about a serial number
: > issued
for name in platform held revoked; do
  serial=$((serial + 1))
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -subj "/CN=inkotls example $name" \
    -out request 2> /dev/null
  openssl x509 -req -in request -CA ca.pem -CAkey ca.key -set_serial $serial -days 30 -out $name.pem 2> /dev/null \
    -extfile <(printf '%s\n' 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
      'extendedKeyUsage = serverAuth' 'subjectAltName = DNS:localhost' 'authorityKeyIdentifier = keyid' \
      "crlDistributionPoints = URI:http://127.0.0.1:$3/$name.crl")
done
printf 'R\t%s\t%s\t%s\tunknown\t/CN=inkotls example revoked\n' "$(date -u -d '30 days' +%y%m%d%H%M%SZ)" \
  "$(date -u -d '1 day ago' +%y%m%d%H%M%SZ)" "$(openssl x509 -in revoked.pem -noout -serial | cut -d= -f2)" > issued
openssl ca -config <(printf '%s\n' '[ca]' 'default_ca = it' '[it]' 'database = issued' 'default_md = sha256' \
  'crl_extensions = crl' '[crl]' 'authorityKeyIdentifier = keyid') -gencrl -cert ca.pem -keyfile ca.key -crldays 30 \
  -out new.crl.pem 2> /dev/null
openssl crl -in new.crl.pem -outform DER -out ca.crl.der
