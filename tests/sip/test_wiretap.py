"""
SIP messages are noted under their Call-ID.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.operation.config import TraceConfig
from h323d.operation.wirelog import WireLog
from h323d.sip.wiretap import WireTap
from h323d.values.address import TransportAddress

US, PEER = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.3", 5060)


class Way:
    protocol, local, peer = "TCP", US, PEER


def tapped() -> tuple[WireTap, WireLog]:
    wire = WireLog(TraceConfig())
    return WireTap(Clock(), wire), wire


@pytest.mark.parametrize("field", ["Call-ID: a", "call-id:  a ", "i: a"])
def test_aMessageIsFoundByItsCallIDHoweverThatIsWritten(field: str) -> None:
    tap, wire = tapped()
    tap.note(Way(), True, f"SIP/2.0 200 OK\r\n{field}\r\n\r\n".encode())
    (message,) = wire.of("a")
    assert (message.sent, message.transport, message.source, message.target) == (
        True,
        "TCP",
        US,
        PEER,
    )


@pytest.mark.parametrize("data", [b"\r\n", b"\0\1\0\0"])
def test_whatIsNoMessageIsNotNoted(data: bytes) -> None:
    tap, wire = tapped()
    tap.note(Way(), False, data)
    assert wire.of("") == []


def test_whatIsSecretIsNotKept() -> None:
    tap, wire = tapped()
    fields = b'Call-ID: a\r\nAuthorization: Digest username="anna", response="0123"'
    tap.note(Way(), False, b"BYE sip:b@h SIP/2.0\r\n" + fields + b"\r\n\r\n")
    (message,) = wire.of("a")
    assert b'"anna", response="****"' in message.octets


def test_nothingIsNotedWhereNothingIsKept() -> None:
    wire = WireLog(TraceConfig(callOctets=0))
    WireTap(Clock(), wire).note(Way(), True, b"SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n")
    assert wire.of("a") == []
