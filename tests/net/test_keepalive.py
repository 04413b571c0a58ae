from __future__ import annotations

import socket
from typing import Any

import pytest

from h323d.net.keepalive import COUNT, IDLE, INTERVAL, keepAlive


class Transport:
    """
    A connection over a socket, or over none.
    """

    def __init__(self, handle: socket.socket | None) -> None:
        self.socket = handle
        self.watched = False

    def setTcpKeepAlive(self, enabled: bool) -> None:
        self.watched = enabled


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system names it otherwise")
def test_aDeadPeerIsNoticedInAboutAMinute() -> None:
    with socket.socket() as handle:
        keepAlive(Transport(handle))
        options = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
        values = [handle.getsockopt(socket.IPPROTO_TCP, getattr(socket, each)) for each in options]
    assert values == [IDLE, INTERVAL, COUNT]
    assert IDLE + INTERVAL * COUNT <= 60


def test_aSimulatedConnectionHasNoSocketToWatch() -> None:
    transport = Transport(None)
    keepAlive(transport)
    assert transport.watched


def test_aSystemWithoutTheOptionsKeepsItsOwn(monkeypatch: Any) -> None:
    for name in ("TCP_KEEPIDLE", "TCP_KEEPALIVE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
        monkeypatch.delattr(socket, name, raising=False)
    with socket.socket() as handle:
        transport = Transport(handle)
        keepAlive(transport)
    assert transport.watched
