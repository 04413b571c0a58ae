"""
Which of this machine's addresses others can reach it by.
"""

from __future__ import annotations

import socket

__all__ = ["addressTowards", "advertisedAddress"]

_ANY_PORT = 9
_ELSEWHERE = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def advertisedAddress(bind: str) -> str:
    """
    The address to put into answers when listeners are bound to C{bind}.

    @param bind: a literal address; a wildcard stands for the address that the
        default route leaves from, or loopback where there is none.  No packet
        is sent to find it out.
    """
    if bind not in _ELSEWHERE:
        return bind
    return addressTowards(_ELSEWHERE[bind]) or _LOOPBACK[bind]


def addressTowards(host: str) -> str | None:
    """
    The address that packets to C{host} leave from; none is sent to find it out.

    @param host: a literal address.

    @return: C{None} if there is no way there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, _ANY_PORT))
        except OSError:
            return None
        return str(probe.getsockname()[0])
