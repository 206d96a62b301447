#!/usr/bin/env bash
# Shows the two examples at work, with each other and with curl and openssl:
#
#     demo.sh BIN_DIR WORK_DIR
#
# BIN_DIR holds https_server and https_client; WORK_DIR gets a throwaway PKI. Exits with 0 only if
# everything that it announces did happen.
set -euo pipefail

[[ $# = 2 ]] || { echo "usage: demo.sh BIN_DIR WORK_DIR" >&2; exit 2; }
bin=$1 work=$2

step() { printf '\n== %s\n' "$*"; }

fail() { printf '\ndemo.sh: %s\n' "$*" >&2; exit 1; }

# Runs a command, shows what it says, and checks its exit code and that it says each of the words.
expect() { # EXIT_CODE WORDS... -- COMMAND...
  local want=$1 words=() said code=0 word
  shift
  while [[ $1 != -- ]]; do words+=("$1"); shift; done
  shift
  echo "\$ $*"
  said=$("$@" 2>&1 </dev/null) || code=$?
  sed 's/^/    /' <<<"$said"
  [[ $code = "$want" ]] || fail "this should have exited with $want, and exited with $code"
  for word in "${words[@]}"; do
    grep -qF -- "$word" <<<"$said" || fail "this should have said '$word'"
  done
}

# Waits until the server says a line, shows it, and checks that the words are in it.
server_says() { # WORDS
  read -r -t 30 -u "$lines" line || fail "the server should have said '$1'"
  echo "the server says:"
  echo "    $line"
  [[ $line = *"$1"* ]] || fail "the server should have said '$1'"
}

step "Making a certificate authority, and certificates for localhost and other.test, in $work"
"$(dirname "$0")/pki.sh" "$work"

step "Starting the server, on a free port"
server=
trap '[[ -z $server ]] || { kill "$server" && wait "$server"; } 2>/dev/null || true' EXIT
coproc SERVER { exec "$bin/https_server" 0 "$work/ecdsa.pem" "$work/ecdsa.key" \
  other.test "$work/other.pem" "$work/other.key" 2>&1; }
server=$SERVER_PID
exec {lines}<&"${SERVER[0]}"  # bash forgets SERVER when the server ends
server_says "listening on 127.0.0.1:"
port=${line##*:}

step "Our client asks for localhost, and tells what was agreed on"
expect 0 "version: TLS 1.3" "alpn: http/1.1" "server name: localhost" "peer certificates: 1" -- \
  "$bin/https_client" -v --ca "$work/ca.pem" --alpn http/1.1 "https://localhost:$port/"

step "Our client asks the same server for other.test, and gets the certificate of that name"
expect 0 "version: TLS 1.3" "server name: other.test" -- \
  "$bin/https_client" --ca "$work/ca.pem" --connect "127.0.0.1:$port" https://other.test/

step "curl asks for both"
names=localhost,other.test
expect 0 "version: TLS 1.3" "alpn: http/1.1" "server name: localhost" -- \
  curl -sS --noproxy "$names" --cacert "$work/ca.pem" "https://localhost:$port/"
expect 0 "version: TLS 1.3" "server name: other.test" -- \
  curl -sS --noproxy "$names" --cacert "$work/ca.pem" \
  --resolve "other.test:$port:127.0.0.1" "https://other.test:$port/"

step "curl asks in TLS 1.2"
expect 0 "version: TLS 1.2" "suite: TLS_ECDHE_ECDSA_WITH_" -- \
  curl -sS --noproxy "$names" --tls-max 1.2 --cacert "$work/ca.pem" "https://localhost:$port/"

step "A client without a cipher suite in common is refused, and both sides see the alert"
expect 1 "alert number 40" -- \
  openssl s_client -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256 -connect "127.0.0.1:$port"
server_says "(sent alert handshake_failure 40)"

step "A client that trusts another authority refuses the server, and both sides see the alert"
expect 1 "no trusted authority issued it" "alert sent: unknown_ca (48)" -- \
  "$bin/https_client" -v --ca "$work/stranger-ca.pem" "https://localhost:$port/"
server_says "(received alert unknown_ca 48)"

step "Stopping the server"
kill "$server"
code=0
wait "$server" || code=$?
server=
[[ $code = 0 ]] || fail "the server should have exited with 0, and exited with $code"
! read -r -u "$lines" line || fail "the server should have said nothing more, and said '$line'"

step "All of it happened"
