"""
STUN, by the samples of RFC 5769, and on the port of SIP.
"""

from __future__ import annotations

import random

import pytest
from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.net.datagram import Datagrams
from h323d.sip.stun import answerTo
from h323d.values.address import TransportAddress
from tests.support.sippeers import SERVER, SIPWorld

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PHONE = TransportAddress("192.0.2.1", 32853)


def question(attributes: str = "", kind: str = "0001") -> bytes:
    body = bytes.fromhex(attributes)
    return bytes.fromhex(kind) + len(body).to_bytes(2) + b"\x21\x12\xa4\x42" + TRANSACTION + body


@pytest.mark.parametrize(
    ("source", "attribute"),
    [
        (PHONE, "0020 0008 0001a147 e112a643"),
        (
            TransportAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853),
            "0020 0014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9",
        ),
    ],
)
def test_whoAsksIsToldWhereItIs(source: TransportAddress, attribute: str) -> None:
    assert answerTo(question(), source) == question(attribute, "0101")


def test_whatNeedNotBeUnderstoodIsNot() -> None:
    software, fingerprint = "8022 0003 61626300", "8028 0004 00000000"
    answer = answerTo(question(software + fingerprint), PHONE)
    assert answer == question("0020 0008 0001a147 e112a643", "0101")


def test_whatWouldHaveToBeIsNamed() -> None:
    answer = answerTo(question("0003 0004 00000006 7fff 0000"), PHONE)
    assert answer == question("0009 0004 00000414 000a 0004 00037fff", "0111")


def test_ofManySomeAreNamed() -> None:
    answer = answerTo(question("7fff0000" * 1000), PHONE)
    assert answer is not None
    assert len(answer) < 60


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x00\x01",
        question()[:-1],
        question() + b"\x00",
        question() + b"\x00\x00\x00\x00",
        question(kind="0101"),
        question().replace(b"\x21\x12\xa4\x42", b"\x00\x00\x00\x00"),
        question("8022 0008 61626300"),
        b"OPTIONS sip:x SIP/2.0\r\n\r\n",
    ],
)
def test_whatIsNoQuestionIsNotAnswered(datagram: bytes) -> None:
    assert answerTo(datagram, PHONE) is None


def test_noiseIsNeverAFault() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        answer = answerTo(question(rng.randbytes(4 * rng.randrange(8)).hex()), PHONE)
        assert answer is None or len(answer) < 60


@implementer(IDatagramUser)
class Asker:
    """
    A port that hears anything.
    """

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.heard.append(data)


def test_itIsAnsweredOnThePortOfSIP() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    asker = Asker()
    here = TransportAddress("10.0.0.3", 40000)
    port = Datagrams(world.network.host("10.0.0.3")).bind(here, asker)
    port.send(question(), SERVER)
    world.run(0.05)
    assert asker.heard == [answerTo(question(), here)]
    assert peer.endpoint.complaints.count == 0
