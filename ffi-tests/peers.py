#!/usr/bin/env python3
"""The whole surface, through ctypes, against programs that are not ours: OpenSSL, GnuTLS, Node,
Java, nginx, curl, Python's ssl, tlslite-ng and tshark.

    peers.py LIBRARY PKI_DIR PEERS_DIR [OPTIONS OF unittest]...

PEERS_DIR was made by peers.sh: what no Debian package offers. As in interop.py, everything is on
127.0.0.1, nothing sleeps, and our server has to be content with every connection that a test does
not expect to fail: see inkotls.Server.
"""

import sys
import unittest

import inkotls
import interop
from peers import programs
from peers.agreement import GnutlsAgrees, Java, NodeAgrees, OurLists, PostQuantum
from peers.host import HostKeys, HostVerification
from peers.identity import (Acceptor, Certificates, ClientCertificates, Compression,
                            DevelopmentCertificate, Identities, RawPublicKeys, Revocation, Stapling)
from peers.secrets import Exporters, KeyLogs, KeyUpdates
from peers.sessions import EarlyData, OurClientResumes, OurServerResumes

if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: peers.py LIBRARY PKI_DIR PEERS_DIR [OPTIONS OF unittest]...")
    programs.LIBRARY, interop.PKI, programs.PEERS = sys.argv[1:4]
    inkotls.load(programs.LIBRARY)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
