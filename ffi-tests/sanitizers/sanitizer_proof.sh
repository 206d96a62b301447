#!/usr/bin/env bash
# sanitizer_proof.sh PROGRAM SANITIZER...: passes if each stops the program, and says where.
set -euo pipefail

program=$1
shift

sees() { # SANITIZER WORDS...
  local report word
  if report=$("$program" "$1" 2>&1); then
    echo "-fsanitize=$1 did not stop a mistake: it is not on" >&2
    exit 1
  fi
  for word in "${@:2}"; do grep -q "$word" <<< "$report"; done
}

for sanitizer in "$@"; do
  case $sanitizer in
    address)
      sees address 'AddressSanitizer: heap-buffer-overflow' inkotls_acceptor_feed
      echo "1 passed: AddressSanitizer is on: it saw the library read past the end of a host's buffer"
      ;;
    undefined)
      sees undefined 'runtime error: signed integer overflow'
      echo "1 passed: UndefinedBehaviorSanitizer is on: it saw a host's integer overflow"
      ;;
    thread)
      sees thread 'ThreadSanitizer: data race' inkotls_acceptor_feed
      echo "1 passed: ThreadSanitizer is on: it saw the library race where a host's threads share a handle"
      ;;
  esac
done
