"""One server of a fleet that shares ticket keys.

    fleet.py LIBRARY CHAIN KEY TICKET_KEY...

The ticket keys are 32 bytes in hex; a line on stdin exchanges them. It says its port, and of each
connection whether it was resumed.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import inkotls


def talk(tls):
    tls.do("handshake")
    tls.recv()
    print("resumed", tls.resumed, flush=True)
    tls.send(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
    tls.do("close")


library, chain, key, *hexes = sys.argv[1:]
inkotls.load(library)
keys = inkotls.ticket_keys(*map(bytes.fromhex, hexes))
config = inkotls.config("server", ("set_identity", inkotls.identity(chain, key)),
                        ("set_ticket_keys", keys))
with inkotls.Server(config, talk) as server:
    print("port", server.port, flush=True)
    for line in sys.stdin:
        keys.must("set", bytes.fromhex(line))
        print("exchanged", flush=True)
