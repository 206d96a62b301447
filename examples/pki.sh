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
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[self-signed]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost
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
[revoke]
database = $scratch/revoked
default_md = sha256
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
END

tool() { # ARGUMENTS...
  openssl "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said" >&2; exit 1; }
}

key() { # NAME KIND
  local options
  case $2 in
    ecdsa) options=(EC -pkeyopt ec_paramgen_curve:P-256) ;;
    p384) options=(EC -pkeyopt ec_paramgen_curve:P-384) ;;
    secp256k1) options=(EC -pkeyopt ec_paramgen_curve:secp256k1) ;;
    rsa) options=(RSA -pkeyopt rsa_keygen_bits:2048) ;;
    rsa1024) options=(RSA -pkeyopt rsa_keygen_bits:1024) ;;
    ed25519) options=(ED25519) ;;
  esac
  tool genpkey -algorithm "${options[@]}" -out "$1.key"
}

authority() { # FILES NAME [KIND]
  key "$1" "${3:-ecdsa}"
  tool req -config "$scratch/config" -x509 -days 365 -subj "/CN=inkotls example $2" \
    -key "$1.key" -out "$1.pem"
}

issue() { # NAME KIND CA [OPTIONS OF openssl ca]..., and the extensions as input
  key "$1" "$2"
  tool req -config "$scratch/config" -new -subj "/CN=inkotls example $1" \
    -key "$1.key" -out "$scratch/request"
  tool ca -config "$scratch/config" -batch -notext -cert "$3.pem" -keyfile "$3.key" \
    -extfile /dev/stdin -in "$scratch/request" -out "$1.pem" "${@:4}"
}

leaf() { # NAME KIND CA USAGE SAN [OPTIONS OF openssl ca]...; key_usage, if it is set
  issue "$1" "$2" "$3" "${@:6}" <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, ${key_usage:-digitalSignature}
extendedKeyUsage = $4
subjectAltName = $5
authorityKeyIdentifier = keyid
END
}

developer() { # NAME [OPTIONS OF openssl req]...: as docs/guide/development-certificate.md has it
  tool req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$1.key" -out "$1.pem" "${@:2}"
}

odd() { # NAME KIND CA EXTENSION...
  printf '%s\n' "${@:4}" | issue "${@:1:3}"
}

bundle() { # NAME ISSUER...: puts a certificate and its issuers into one file
  local issuer
  for issuer in "${@:2}"; do cat "$issuer.pem"; done >>"$1.pem"
}

crl() { # FILE CA LAST_UPDATE NEXT_UPDATE REVOKED...
  local name serial
  for name in "${@:5}"; do
    serial=$(openssl x509 -in "$name.pem" -noout -serial)
    printf 'R\t491231000000Z\t200101000000Z\t%s\tunknown\t/CN=%s\n' "${serial#*=}" "$name"
  done >"$scratch/revoked"
  tool ca -config "$scratch/config" -name revoke -gencrl -cert "$2.pem" -keyfile "$2.key" \
    -crl_lastupdate "$3" -crl_nextupdate "$4" -out "$1"
}

localhost=DNS:localhost,IP:127.0.0.1,IP:::1
a_client=email:client@example.test
both=serverAuth,clientAuth

authority ca ca
leaf ecdsa       ecdsa   ca serverAuth "$localhost"
leaf p256        ecdsa   ca "$both" "$localhost"
leaf p384        p384    ca "$both" "$localhost"
leaf rsa         rsa     ca "$both" "$localhost"
leaf ed25519     ed25519 ca "$both" "$localhost"
leaf other       ecdsa   ca serverAuth DNS:other.test
leaf wildcard    ecdsa   ca serverAuth "DNS:*.hostile.test"
leaf revoked     ecdsa   ca serverAuth "$localhost"
leaf client      ecdsa   ca clientAuth "$a_client"
leaf client-only ecdsa   ca clientAuth "$localhost"
leaf revoked-client ecdsa ca clientAuth "$a_client"

long_ago=(-startdate 20200101000000Z -enddate 20200201000000Z)
leaf expired        ecdsa ca serverAuth "$localhost" "${long_ago[@]}"
leaf expired-client ecdsa ca clientAuth "$a_client"  "${long_ago[@]}"
leaf future  ecdsa ca serverAuth "$localhost" -startdate 20480101000000Z -enddate 20490101000000Z

# Their keys may not sign.
key_usage=keyEncipherment leaf enciphers rsa   ca "$both" "$localhost"
key_usage=keyAgreement    leaf agrees    ecdsa ca "$both" "$localhost"

authority stranger-ca stranger-ca
authority ed25519-ca ed25519-ca ed25519
leaf stranger        ecdsa stranger-ca serverAuth "$localhost"
leaf stranger-client ecdsa stranger-ca clientAuth "$a_client"
leaf hashless        ecdsa ed25519-ca  serverAuth "$localhost" -md default  # Ed25519 has no hash

# Signed by one who only bears the name of ca.
authority "$scratch/impostor" ca
leaf forged ecdsa "$scratch/impostor" "$both" "$localhost"

issue sub-ca ecdsa ca <<END
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
leaf chained ecdsa sub-ca serverAuth "$localhost"
cat sub-ca.pem >>chained.pem
leaf service ecdsa sub-ca "$both" "$localhost,URI:spiffe://example.test/service"
cat sub-ca.pem >>service.pem

# The same authority, issued by another one, too: chained has two paths. And one that is in neither.
tool req -config "$scratch/config" -new -subj "/CN=inkotls example sub-ca" -key sub-ca.key \
  -out "$scratch/request"
tool ca -config "$scratch/config" -batch -notext -cert stranger-ca.pem -keyfile stranger-ca.key \
  -extfile /dev/stdin -in "$scratch/request" -out sub-ca-crossed.pem <<END
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
{ openssl x509 -in chained.pem; cat client.pem sub-ca-crossed.pem sub-ca.pem; } >crossed.pem
cp chained.key crossed.key

# What ends soon, and what an authority issued that does.
leaf brief ecdsa ca "$both" "$localhost" -days 3
issue brief-ca ecdsa ca -days 3 <<END
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
leaf of-brief-ca ecdsa brief-ca "$both" "$localhost"
cat brief-ca.pem >>of-brief-ca.pem

# One that sends an issuer, too, that is not its own and has ended.
leaf beside-expired ecdsa ca "$both" "$localhost"
cat expired.pem >>beside-expired.pem
# Each of these is refused for a reason of its own.
is_ca='basicConstraints = critical, CA:TRUE'
is_local="subjectAltName = $localhost"
leaf small        rsa1024 ca "$both" "$localhost"
leaf sha1         ecdsa   ca "$both" "$localhost" -md sha1
odd  ca-as-leaf   ecdsa   ca "$is_ca" "$is_local"
odd  critical     ecdsa   ca "$is_local" "1.2.3.4 = critical, DER:0500"
odd  no-purpose   ecdsa   ca "$is_local" "extendedKeyUsage = DER:3000"
odd  malformed    ecdsa   ca "$is_local" "basicConstraints = DER:3003010101" # TRUE is 255
odd  nameless     ecdsa   ca "extendedKeyUsage = $both"
leaf below-leaf   ecdsa   ecdsa "$both" "$localhost"
bundle below-leaf ecdsa
odd  small-ca     rsa1024 ca "$is_ca"
leaf below-small  ecdsa   small-ca "$both" "$localhost"
bundle below-small small-ca
odd  curve-ca     secp256k1 ca "$is_ca"
leaf below-curve  ecdsa   curve-ca "$both" "$localhost"
bundle below-curve curve-ca
odd  narrow-ca    ecdsa   ca "$is_ca" "nameConstraints = critical, permitted;DNS:narrow.test"
leaf below-narrow ecdsa   narrow-ca "$both" DNS:localhost
bundle below-narrow narrow-ca
odd  last-ca      ecdsa   ca "$is_ca, pathlen:0"
odd  excess-ca    ecdsa   last-ca "$is_ca"
leaf below-excess ecdsa   excess-ca "$both" "$localhost"
bundle below-excess excess-ca last-ca
excluded=$(printf ', excluded;DNS:no-%d.test' {1..600})
odd  crowded-ca   ecdsa   ca "$is_ca" "nameConstraints = critical$excluded"
leaf below-crowded ecdsa  crowded-ca "$both" "$(printf 'DNS:name-%d.test,' {1..500})DNS:localhost"
bundle below-crowded crowded-ca
above=ca
for i in {1..8}; do
  odd deep-$i ecdsa $above "$is_ca"
  above=deep-$i
done
leaf below-deep ecdsa deep-8 "$both" "$localhost"
bundle below-deep deep-{8..1}
leaf deepest ecdsa deep-6 "$both" "$localhost" # as long as a chain may be
bundle deepest deep-{6..1}

# One that says all that a certificate may say.
issue full p384 ca <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyAgreement, decipherOnly
extendedKeyUsage = $both, 1.3.6.1.4.1.311.20.2.2
subjectAltName = @full_names
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = @full_access
[full_names]
DNS.1 = localhost
URI.1 = spiffe://example.test/service
email.1 = one@full.test
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1:0:0:1
DNS.2 = full.test
email.2 = Two@full.test
URI.2 = https://full.test/?a=b
[full_access]
OCSP;URI.1 = http://ocsp.full.test/
caIssuers;URI.1 = http://full.test/ca.der
OCSP;URI.2 = http://ocsp2.full.test/
END

# 201 names; a name that would write to a terminal, or a line of its own into a log.
leaf many-names ecdsa ca "$both" "$(printf 'DNS:name-%d.example.test,' {1..200})DNS:last.test"
rude=$(printf '\e[2J\nfake log line: \x7f\xc2\x9b\xff' | od -An -v -tx1 | tr -d ' \n')
odd  rude-names ecdsa ca "subjectAltName = DER:301a8218$rude"

# A chain whose links do not meet.
cat stranger-client.pem sub-ca.pem >stray-client.pem
cp stranger-client.key stray-client.key

# Certificates that nobody issued but their owners: all of the same names.
developer developer
developer developer-twin
developer developer-client -addext extendedKeyUsage=clientAuth
developer developer-ca     -addext keyUsage=critical,keyCertSign
key self-signed ecdsa # no authority's
tool req -config "$scratch/config" -x509 -extensions self-signed -days 30 -subj /CN=localhost \
  -key self-signed.key -out self-signed.pem
leaf from-developer ecdsa developer "$both" "$localhost"

current=(20200101000000Z 20491231000000Z)
stale=(20200101000000Z 20200201000000Z)
crl ca.crl.pem          ca     "${current[@]}" revoked revoked-client
crl sub-ca.crl.pem      sub-ca "${current[@]}"
crl stale.crl.pem       ca     "${stale[@]}"   revoked revoked-client
crl sub-revoked.crl.pem ca     "${current[@]}" sub-ca
crl forged.crl.pem      "$scratch/impostor" "${current[@]}"
tool crl  -in ca.crl.pem -outform DER -out ca.crl.der
tool ocsp -index "$scratch/issued" -CA ca.pem -rsigner ca.pem -rkey ca.key -ndays 365 \
  -issuer ca.pem -cert ecdsa.pem -respout ecdsa.ocsp

# The same keys and certificates in other encodings.
tool rsa   -in rsa.key -traditional -out rsa-pkcs1.key
tool ec    -in ecdsa.key -out ecdsa-sec1.key
tool pkcs8 -in ecdsa.key -topk8 -passout pass:secret -out encrypted.key
tool pkcs8 -in ecdsa.key -topk8 -passout pass:secret -outform DER -out encrypted.key.der
tool rsa   -in rsa.key -traditional -aes128 -passout pass:secret -out encrypted-rsa.key
tool ec    -in ecdsa.key -aes128 -passout pass:secret -out encrypted-ec.key
tool pkcs12 -export -in ecdsa.pem -inkey ecdsa.key -passout pass:secret -out ecdsa.p12
for name in rsa ecdsa ed25519; do
  tool pkcs8 -in $name.key -topk8 -nocrypt -outform DER -out $name.key.der
done
for name in rsa ecdsa p256 p384 ed25519 other chained sub-ca client stranger-client brief brief-ca developer full last-ca \
    malformed no-purpose curve-ca many-names; do
  tool x509 -in $name.pem -outform DER -out $name.der # of a chain, the first
done
for name in rsa ecdsa ed25519 client; do
  tool pkey -in $name.key -pubout -outform DER -out $name.spki.der
done
tool rsa   -in rsa.key -traditional -outform DER -out rsa-pkcs1.key.der
tool ec    -in ecdsa.key -outform DER -out ecdsa-sec1.key.der
tool x509  -in ca.pem -outform DER -out ca.der

# A kind of key that is not supported.
tool genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.key
