#!/usr/bin/env bash
# Makes a throwaway PKI for the examples and the tests, with the openssl command line:
#
#     pki.sh DIR
#
# Quiet, unless openssl fails.
set -euo pipefail
umask 077

[[ $# = 1 ]] || { echo "usage: pki.sh DIR" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
: >"$scratch/issued"
cat >"$scratch/config" <<END
[req]
distinguished_name = subject
x509_extensions = authority
[subject]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[ca]
default_ca = issue
[issue]
database = $scratch/issued
new_certs_dir = $scratch
rand_serial = yes
unique_subject = no
default_days = 365
default_md = sha256
policy = subject_policy
[subject_policy]
commonName = supplied
END

tool() { # ARGUMENTS...
  openssl "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said" >&2; exit 1; }
}

key() { # NAME KIND
  local options
  case $2 in
    ecdsa) options=(EC -pkeyopt ec_paramgen_curve:P-256) ;;
    rsa) options=(RSA -pkeyopt rsa_keygen_bits:2048) ;;
    ed25519) options=(ED25519) ;;
  esac
  tool genpkey -algorithm "${options[@]}" -out "$1.key"
}

authority() { # NAME
  key "$1" ecdsa
  tool req -config "$scratch/config" -x509 -days 365 -subj "/CN=inkotls example $1" \
    -key "$1.key" -out "$1.pem"
}

leaf() { # NAME KIND CA USAGE SAN [OPTIONS OF openssl ca]...
  key "$1" "$2"
  tool req -config "$scratch/config" -new -subj "/CN=inkotls example $1" \
    -key "$1.key" -out "$scratch/request"
  cat >"$scratch/extensions" <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $4
subjectAltName = $5
authorityKeyIdentifier = keyid
END
  tool ca -config "$scratch/config" -batch -notext -cert "$3.pem" -keyfile "$3.key" \
    -extfile "$scratch/extensions" -in "$scratch/request" -out "$1.pem" "${@:6}"
}

localhost=DNS:localhost,IP:127.0.0.1,IP:::1

authority ca
leaf ecdsa       ecdsa   ca serverAuth "$localhost"
leaf rsa         rsa     ca serverAuth "$localhost"
leaf ed25519     ed25519 ca serverAuth "$localhost"
leaf other       ecdsa   ca serverAuth DNS:other.test
leaf client-only ecdsa   ca clientAuth "$localhost"
leaf expired ecdsa ca serverAuth "$localhost" -startdate 20200101000000Z -enddate 20200201000000Z
leaf future  ecdsa ca serverAuth "$localhost" -startdate 20480101000000Z -enddate 20490101000000Z

authority stranger-ca
leaf stranger ecdsa stranger-ca serverAuth "$localhost"

# The same keys and certificates in other encodings.
tool rsa   -in rsa.key -traditional -out rsa-pkcs1.key
tool ec    -in ecdsa.key -out ecdsa-sec1.key
tool pkcs8 -in ecdsa.key -topk8 -passout pass:secret -out encrypted.key
for name in rsa ecdsa ed25519; do
  tool pkcs8 -in $name.key -topk8 -nocrypt -outform DER -out $name.key.der
  tool x509  -in $name.pem -outform DER -out $name.der
done
tool rsa   -in rsa.key -traditional -outform DER -out rsa-pkcs1.key.der
tool ec    -in ecdsa.key -outform DER -out ecdsa-sec1.key.der
tool x509  -in ca.pem -outform DER -out ca.der
