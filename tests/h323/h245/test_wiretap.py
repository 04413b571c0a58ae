"""
H.245 on a connection of its own is noted under the call identifier of its call.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.h323.h245.wiretap import ControlTap
from h323d.operation.config import TraceConfig
from h323d.operation.ladder import whatIn
from h323d.operation.wirelog import WireLog
from h323d.values.address import TransportAddress

US, PEER = TransportAddress("10.0.0.1", 30000), TransportAddress("10.0.0.3", 40000)
RELEASE = ("command", ("endSessionCommand", ("disconnect", None)))
DIGITS = ("indication", ("userInput", ("alphanumeric", "4711")))


class Stream:
    local, peer = US, PEER


def encoded(message: object) -> bytes:
    return h245.encode("MultimediaSystemControlMessage", message)


def test_aMessageIsFoundByItsCall() -> None:
    wire = WireLog(TraceConfig())
    ControlTap(Clock(), wire, "TLS").named("a").note(Stream(), True, encoded(RELEASE))
    (message,) = wire.of("a")
    assert whatIn(message) == "endSessionCommand"
    assert (message.transport, message.source, message.target) == ("TLS", US, PEER)


def test_whatIsSecretIsNotKept() -> None:
    wire = WireLog(TraceConfig())
    ControlTap(Clock(), wire, "TCP", "a").note(Stream(), False, encoded(DIGITS))
    (message,) = wire.of("a")
    assert (whatIn(message), b"4711" in message.octets) == ("userInput", False)


def test_nothingIsNotedWhereNothingIsKept() -> None:
    wire = WireLog(TraceConfig(callOctets=0))
    ControlTap(Clock(), wire, "TCP", "a").note(Stream(), True, encoded(RELEASE))
    assert wire.of("a") == []
