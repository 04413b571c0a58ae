"""
Ports for servers that are started for a while.
"""

from __future__ import annotations

import socket

from h323d.cli.freeports import freePorts


def test_theyAreDifferentOnesThatCanBeBoundByBothTransports() -> None:
    ports = freePorts("127.0.0.1", 3)
    assert len(set(ports)) == 3
    for port in ports:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as bound:
                bound.bind(("127.0.0.1", port))
