#!/usr/bin/env python3
"""The whole surface, through ctypes, against programs that are not ours: OpenSSL, GnuTLS, Node,
Java, nginx, curl, Python's ssl, tlslite-ng, Go, NSS and tshark.

    whole_surface.py LIBRARY PKI_DIR PEERS_DIR [OPTIONS OF unittest]...

PEERS_DIR was made by prepare.sh: what no Debian package offers. As in interop.py, everything is on
127.0.0.1, nothing sleeps, and our server has to be content with every connection that a test does
not expect to fail: see inkotls.Server.
"""

import sys
import unittest

import inkotls
import interop
from surface import programs
from surface.agreement import GnutlsAgrees, Java, NodeAgrees, OurLists, PostQuantum
from surface.ech import GoAccepts, NssAccepts, OpensslAccepts
from surface.host import Callers, HostClock, HostKeys, HostVerification
from surface.identity import (Acceptor, Certificates, ClientCertificates, Compression,
                            DevelopmentCertificate, Identities, RawPublicKeys, Revocation, Stapling,
                            VerifiedPath)
from surface.secrets import Exporters, KeyLogs, KeyUpdates
from surface.sessions import EarlyData, OurClientResumes, OurServerResumes

if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: whole_surface.py LIBRARY PKI_DIR PEERS_DIR [OPTIONS OF unittest]...")
    programs.LIBRARY, interop.PKI, programs.PEERS = sys.argv[1:4]
    inkotls.load(programs.LIBRARY)
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
