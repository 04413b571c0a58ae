"""
RAS is noted under the calls that it speaks of, and without its secrets.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS, rejection
from h323d.h323.ras.wiretap import MAXIMUM_ASKED, WireTap
from h323d.operation.config import TraceConfig
from h323d.operation.ladder import whatIn
from h323d.operation.wirelog import WireLog
from h323d.values.address import TransportAddress
from tests.support.ras import CALL, arq, drq, irr, lrq, rrq

US, PEER = TransportAddress("10.0.0.1", 1719), TransportAddress("10.0.0.3", 1719)
NAME = CALL.hex()
HASH = b"\xa5" * 16
BITS = (int.from_bytes(HASH), 128)
CLEAR = {"tokenOID": (0, 0, 8, 235, 0, 2, 1), "password": "secret"}
CRYPTO = (
    "cryptoEPPwdHash",
    {
        "alias": ("h323-ID", "anna"),
        "timeStamp": 1_800_000_000,
        "token": {"algorithmOID": (1, 2, 840, 113549, 2, 5), "paramS": {}, "hash": BITS},
    },
)
SECRETS = (HASH, "secret".encode("utf-16-be"))


class Tapped:
    """
    The messages of one channel, with one peer.
    """

    def __init__(self) -> None:
        self.wire = WireLog(TraceConfig(callOctets=1 << 24))
        self.tap = WireTap(Clock(), self.wire)

    def note(self, message: RASMessage, sent: bool = False, read: bool = True) -> None:
        octets = encodeRAS(message)
        self.tap.note(US, PEER, sent, octets, message if read else None)

    def said(self, name: str) -> list[str]:
        return [whatIn(each) for each in self.wire.of(name)]


def dcf(seq: int) -> RASMessage:
    return RASMessage("disengageConfirm", {"requestSeqNum": seq})


@pytest.mark.parametrize("read", [True, False])
def test_whatSpeaksOfACallIsOfItAndSoIsItsAnswer(read: bool) -> None:
    tapped = Tapped()
    tapped.note(drq(5, "e1"), read=read)
    tapped.note(dcf(5), sent=True, read=read)
    assert tapped.said(NAME) == ["DRQ (5)", "DCF (5)"]


def test_aLocationRequestIsOfTheCallThatItNames() -> None:
    tapped = Tapped()
    tapped.note(lrq(5, PEER.host, ("h323-ID", "anna"), callIdentifier={"guid": CALL}), sent=True)
    tapped.note(rejection(lrq(5, PEER.host), "requestDenied"))
    assert tapped.said(NAME) == ["LRQ (5)", "LRJ (5, requestDenied)"]


def test_anAnswerToTheOthersRequestOfThatNumberIsOfNoCall() -> None:
    tapped = Tapped()
    tapped.note(drq(5, "e1"))
    tapped.note(dcf(5), sent=False)
    assert tapped.said(NAME) == ["DRQ (5)"]


def test_registrationsAreOfNoCall() -> None:
    tapped = Tapped()
    tapped.note(rrq(5, PEER.host))
    tapped.note(RASMessage("unregistrationConfirm", {"requestSeqNum": 5}), sent=True)
    assert tapped.said(PEER.host) == ["RRQ (5)", "UCF (5)"]
    assert tapped.wire.namesOf(NAME) == ()


def test_ofRequestsWithoutAnAnswerAsManyAreRememberedAsMayBe() -> None:
    tapped = Tapped()
    for number in range(1, MAXIMUM_ASKED + 2):
        tapped.note(drq(number, "e1"))
    before = len(tapped.said(NAME))
    tapped.note(dcf(1), sent=True)
    tapped.note(dcf(2), sent=True)
    assert len(tapped.said(NAME)) == before + 1


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize(
    "message",
    [
        rrq(5, PEER.host, tokens=[CLEAR]),
        rrq(5, PEER.host, cryptoTokens=[CRYPTO]),
        rrq(5, PEER.host, integrityCheckValue={"algorithmOID": (1, 2), "icv": BITS}),
        arq(5, "e1", tokens=[CLEAR], cryptoTokens=[CRYPTO]),
        RASMessage("locationConfirm", {
            "requestSeqNum": 5,
            "callSignalAddress": ("ipAddress", {"ip": bytes(4), "port": 1}),
            "rasAddress": ("ipAddress", {"ip": bytes(4), "port": 1}),
            "alternateEndpoints": [{"tokens": [CLEAR]}],
        }),
    ],
    ids=["password", "hash", "integrity", "both", "alternates"],
)  # fmt: skip
def test_whatIsSecretIsNotKept(message: RASMessage, read: bool) -> None:
    assert any(secret in encodeRAS(message) for secret in SECRETS)
    tapped = Tapped()
    tapped.note(message, read=read)
    (kept,) = tapped.wire.of(PEER.host)
    assert not any(secret in kept.octets for secret in SECRETS)
    assert decodeRAS(kept.octets).name == message.name


def test_digitsInAReportOfACallAreMasked() -> None:
    digits = h245.encode(
        "MultimediaSystemControlMessage", ("indication", ("userInput", ("alphanumeric", "4711")))
    )
    pdu: Any = {
        "h323-message-body": ("empty", None),
        "h245Tunnelling": True,
        "h245Control": [digits],
    }
    call = {
        "callReferenceValue": 7,
        "conferenceID": CALL,
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": 0,
        "callModel": ("direct", None),
        "callIdentifier": {"guid": CALL},
        "pdu": [{"h323pdu": pdu, "sent": False}],
    }
    message = irr(5, PEER.host, "e1", perCallInfo=[call])
    assert b"4711" in encodeRAS(message)
    tapped = Tapped()
    tapped.note(message)
    (kept,) = tapped.wire.of(PEER.host)
    assert b"4711" not in kept.octets


def test_whatHasNoSecretsIsKeptToTheOctet() -> None:
    tapped = Tapped()
    tapped.note(arq(5, "e1"))
    assert tapped.wire.of(NAME)[0].octets == encodeRAS(arq(5, "e1"))
