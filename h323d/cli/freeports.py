"""
Ports for servers that are started for a while.
"""

from __future__ import annotations

import socket

__all__ = ["freePorts"]


def freePorts(host: str, count: int) -> list[int]:
    """
    Ports that nothing uses now, by TCP and UDP.
    """
    ports: list[int] = []
    while len(ports) < count:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        ):
            stream.bind((host, 0))
            port = stream.getsockname()[1]
            try:
                datagram.bind((host, port))
            except OSError:
                continue
            if port not in ports:
                ports.append(port)
    return ports
