#!/usr/bin/env bash
# suppressions.sh: prints valgrind's suppressions.
#
# ring's AES-GCM assembly, which is OpenSSL's, makes memcheck take the last partial block of a
# record and its tag for undefined (openssl/openssl issue 19719). That they are defined shows in
# every test: the peer verifies the tag. Suppressed is just where that surfaces: where the tag is
# compared, or what is lent of a record, and where a record is sent: by the hosts and the wires that
# the tests play, and by the library, in any of the 64 slices that rustls sends at a time; and where
# libssl, as a peer, decrypts.
set -euo pipefail

entry() { # KIND EXTRA FUNCTION
  printf '{\n  AES-GCM\n  Memcheck:%s\n%s  ...\n  fun:%s\n  ...\n}\n' "$1" "${2:+  $2$'\n'}" "$3"
}
entry Cond '' '*rustls*crypto*ring*decrypt*'
entry Cond '' send_part
entry Cond '' 'EVP_Decrypt*'
for host in obey send_all receive say transmit side_give wire_put move_ciphertext; do
  entry Param 'socketcall.sendto(msg)' $host
  entry Param 'write(buf)' $host
done
for slice in {0..63}; do
  entry Param "sendmsg(msg.msg_iov[$slice])" '*inkotls*Link*send*'
done
entry Param 'write(buf)' '*inkotls*Link*send*'
entry Param 'writev(vector[...])' '*inkotls*Link*send*'
