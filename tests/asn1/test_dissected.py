"""
tshark finds nothing malformed in what we encode.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from h323d.asn1 import h225, h245
from h323d.asn1.compiler import shapes
from tests.support import asn1values, tshark

pytestmark = pytest.mark.skipif(not tshark.available(), reason="tshark is not installed")

_WORLD = asn1values.world()
_EACH = 4  # random values of each kind of PDU


def _alternatives(module: str, name: str) -> tuple[shapes.Component, ...]:
    shape = _WORLD.modules[module].types[name]
    assert isinstance(shape, shapes.Choice)
    return (*shape.root, *shape.additions)


# tshark has no open type where these have toBeSigned, and loses its way behind it.
_SIGNED = {
    "cryptoSignedToken",
    "cryptoEPCert",
    "cryptoGKCert",
    "cryptoFastStart",
    "certProtectedKey",
}


# Octet strings that tshark dissects on its own account: ours are random octets.
_DISSECTED = {
    "fastStart",
    "h245Control",
    "parallelH245Control",
    "h4501SupplementaryService",
    "tunnelledSignallingMessage",
    "returnedFunction",
}


def _values(seed: str) -> asn1values.Values:
    values = asn1values.Values(_WORLD, random.Random(seed))
    values.without |= _SIGNED | _DISSECTED
    values.widest = 31  # bits that tshark takes for an INTEGER without bounds
    return values


def test_everyRASMessageIsDissected(tmp_path: Path) -> None:
    packets: list[bytes] = []
    for part in _alternatives("h225", "RasMessage"):
        for number in range(_EACH):
            value = (part.name, _values(f"{part.name} {number}").make(part.shape))
            packets.append(tshark.rasPacket(h225.encode("RasMessage", value), 20000 + len(packets)))
    assert tshark.complaints(packets, tmp_path / "ras.pcap") == []
    assert len(packets) > 100


def test_everySignallingMessageIsDissected(tmp_path: Path) -> None:
    packets: list[bytes] = []
    pdu = _WORLD.modules["h225"].types["H323_UU_PDU"]
    assert isinstance(pdu, shapes.Sequence)
    body = pdu.root[0].shape
    assert isinstance(body, shapes.Choice)
    for part in (*body.root, *body.additions):
        for number in range(_EACH):
            value = (part.name, _values(f"{part.name} {number}").make(part.shape))
            user = {"h323-uu-pdu": {"h323-message-body": value, "h245Tunnelling": False}}
            data = h225.encode("H323-UserInformation", user)
            packets.append(tshark.signallingPacket(data, 20000 + len(packets)))
    assert tshark.complaints(packets, tmp_path / "uuie.pcap") == []
    assert len(packets) > 40


@pytest.mark.parametrize("kind", ["request", "response", "command", "indication"])
def test_everyControlMessageIsDissectedInATunnel(kind: str, tmp_path: Path) -> None:
    packets: list[bytes] = []
    for part in _alternatives("h245", f"{kind.capitalize()}Message"):
        for number in range(_EACH):
            inner = (part.name, _values(f"{part.name} {number}").make(part.shape))
            data = h245.encode("MultimediaSystemControlMessage", (kind, inner))
            pdu = {
                "h323-message-body": ("empty", None),
                "h245Tunnelling": True,
                "h245Control": [data],
            }
            user = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
            packets.append(tshark.signallingPacket(user, 20000 + len(packets)))
    assert tshark.complaints(packets, tmp_path / "h245.pcap") == []
    assert len(packets) > 20


def test_theJudgeSeesAMalformedMessage(tmp_path: Path) -> None:
    data = h225.encode("RasMessage", ("disengageConfirm", {"requestSeqNum": 1}))
    good, bad = tshark.rasPacket(data, 20000), tshark.rasPacket(b"\x0e\xff\xff", 20001)
    assert len(tshark.complaints([good, bad, good], tmp_path / "bad.pcap")) == 1
