"""
The layer that encrypts between the tick and the network.
"""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.ports import IPortPair
from h323d.dsp.libraries import Missing
from h323d.media.libsrtp import SUITES, libsrtp
from h323d.media.packets import ROW_BYTES, ControlPacket, IPacketIO, PacketBatch
from h323d.media.srtp import SecuredIO
from h323d.rtp import rtcp
from h323d.rtp.packet import RTPPacket, encode
from h323d.rtp.rtcp import ReceiverReport
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import CryptoSuite, MasterKey, StreamKeys

HERE, THERE, PLAIN = 1, 2, 3  # slots
PEER = TransportAddress("192.0.2.10", 30000)
REPORT = rtcp.encode((ReceiverReport(7, ()),))


@implementer(IPacketIO)
class Wire:
    """
    What is sent, by slot; and what comes.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[int, bytes]] = []
        self.control: list[tuple[int, bytes]] = []
        self.coming: list[tuple[int, bytes]] = []
        self.comingControl: list[tuple[int, bytes]] = []

    def add(self, slot: int, pair: IPortPair, group: int) -> None:
        pass

    def remove(self, slot: int) -> None:
        pass

    def release(self, slot: int) -> object:
        return f"ports of {slot}"

    def adopt(self, slot: int, released: object, group: int) -> None:
        assert released == f"ports of {HERE}"

    def regroup(self, slot: int, group: int) -> None:
        pass

    def aim(self, slot: int, rtp: TransportAddress | None, rtcp: TransportAddress | None) -> None:
        pass

    def follow(self, slot: int, source: TransportAddress) -> None:
        pass

    def lock(self, slot: int, source: TransportAddress) -> None:
        pass

    def unlock(self, slot: int) -> None:
        pass

    def drain(self, group: int, now: float) -> PacketBatch:
        coming, self.coming = self.coming, []
        data = np.zeros((len(coming), ROW_BYTES), np.uint8)
        for row, (_, octets) in enumerate(coming):
            data[row, : len(octets)] = np.frombuffer(octets[:ROW_BYTES], np.uint8)
        return PacketBatch(
            data,
            np.array([len(octets) for _, octets in coming], np.int64),
            np.array([slot for slot, _ in coming], np.intp),
            np.zeros(len(coming)),
        )

    def drainControl(self) -> list[ControlPacket]:
        return [ControlPacket(slot, data, PEER, 0.0) for slot, data in self.comingControl]

    def send(
        self,
        slots: npt.NDArray[np.intp],
        packets: npt.NDArray[np.uint8],
        lengths: npt.NDArray[np.int64] | None = None,
    ) -> None:
        for row, slot in enumerate(slots.tolist()):
            size = packets.shape[1] if lengths is None else int(lengths[row])
            self.sent.append((slot, packets[row, :size].tobytes()))

    def sendControl(self, slot: int, data: bytes) -> None:
        self.control.append((slot, data))


def newKey(seed: int, suite: CryptoSuite = CryptoSuite.AES_CM_80) -> MasterKey:
    return MasterKey(suite, random.Random(seed).randbytes(suite.keyOctets))


def skipWithout(suite: CryptoSuite) -> None:
    """
    Skip a test of what this machine cannot encrypt by.
    """
    found = libsrtp()
    if suite in SUITES and isinstance(found, Missing):
        pytest.skip(str(found))


class Pair:
    """
    Two layers, each with a slot for the other.
    """

    def __init__(self, suite: CryptoSuite = CryptoSuite.AES_CM_80) -> None:
        skipWithout(suite)
        self.keys = StreamKeys(newKey(1, suite), newKey(2, suite))
        self.wire, self.far = Wire(), Wire()
        self.secured, self.other = SecuredIO(), SecuredIO()
        self.packets, self.farPackets = self.secured.over(self.wire), self.other.over(self.far)
        self.secured.secure(HERE, self.keys)
        self.other.secure(THERE, StreamKeys(self.keys.theirs, self.keys.ours))

    def send(self, *octets: bytes) -> list[bytes]:
        """
        Encrypt packets of one length.

        @return: what goes over the wire.
        """
        self.wire.sent.clear()
        rows = np.array([np.frombuffer(each, np.uint8) for each in octets])
        self.packets.send(np.full(len(octets), HERE, np.intp), rows)
        return [data for _, data in self.wire.sent]

    def take(self, *octets: bytes) -> list[bytes]:
        """
        @return: what the tick at the other end sees.
        """
        self.far.coming = [(THERE, each) for each in octets]
        batch = self.farPackets.drain(0, 0.0)
        return [
            row[:length].tobytes()
            for row, length in zip(batch.data, batch.lengths.tolist(), strict=True)
        ]


def rtp(sequence: int, payload: bytes = b"sound that is to be heard by two") -> bytes:
    return encode(RTPPacket(0, sequence & 0xFFFF, 160 * sequence, 7, payload))


def test_itIsWhatTheTickNeeds() -> None:
    assert verifyObject(IPacketIO, SecuredIO().over(Wire()))


@pytest.mark.parametrize("suite", list(CryptoSuite))
def test_whatIsEncryptedHereIsDecryptedThere(suite: CryptoSuite) -> None:
    pair = Pair(suite)
    packets = [rtp(1), rtp(2)]
    sent = pair.send(*packets)
    assert all(b"heard" not in each for each in sent)
    assert pair.take(*sent) == packets


@pytest.mark.parametrize("suite", list(CryptoSuite))
def test_reportsAreEncryptedToo(suite: CryptoSuite) -> None:
    pair = Pair(suite)
    pair.packets.sendControl(HERE, REPORT)
    ((_, sent),) = pair.wire.control
    assert sent[8:] != REPORT[8:]
    assert len(sent) > len(REPORT)
    pair.far.comingControl = [(THERE, sent), (THERE, sent), (THERE, REPORT)]
    assert [each.data for each in pair.farPackets.drainControl()] == [REPORT, b"", b""]


def test_rowsOfManyLengthsAreEncryptedEachAsLongAsItIs() -> None:
    pair = Pair()
    whole, part = rtp(1), rtp(2)[:20]
    rows = np.zeros((2, len(whole)), np.uint8)
    rows[0], rows[1, :20] = np.frombuffer(whole, np.uint8), np.frombuffer(part, np.uint8)
    pair.packets.send(np.array([HERE, HERE]), rows, np.array([len(whole), 20]))
    assert pair.take(*(data for _, data in pair.wire.sent)) == [whole, part]


def test_theOthersGoInTheClearBesideThem() -> None:
    pair = Pair()
    packet = rtp(1)
    rows = np.array([np.frombuffer(packet, np.uint8)] * 2)
    pair.packets.send(np.array([PLAIN, HERE]), rows)
    assert pair.wire.sent[0] == (PLAIN, packet)
    assert pair.wire.sent[1][1] != packet
    pair.far.coming = [(PLAIN, packet)]
    batch = pair.farPackets.drain(0, 0.0)
    assert batch.data[0, : batch.lengths[0]].tobytes() == packet
    pair.packets.sendControl(PLAIN, REPORT)
    assert pair.wire.control == [(PLAIN, REPORT)]


@pytest.mark.parametrize("suite", [CryptoSuite.AES_CM_80, CryptoSuite.AES_256_CM_80])
def test_whatIsNotEncryptedOrWasChangedOrComesAgainIsEmptied(suite: CryptoSuite) -> None:
    pair = Pair(suite)
    (sent,) = pair.send(rtp(1))
    changed = sent[:-1] + bytes([sent[-1] ^ 1])
    noise, short, long = bytes(len(sent)), b"\x80", sent + bytes(ROW_BYTES)
    assert pair.take(changed, rtp(1), sent, sent, noise, short, long) == [
        *(b"", b"", rtp(1)),
        *(b"", b"", b"", b""),
    ]


def test_aFarJumpOfTheNumbersIsNotBelieved() -> None:
    pair = Pair()
    (first,) = pair.send(rtp(1000))
    assert pair.take(first) == [rtp(1000)]
    jumped = bytearray(pair.send(rtp(1001))[0])
    jumped[2:4] = (60000).to_bytes(2, "big")
    assert pair.take(bytes(jumped)) == [b""]
    assert pair.take(*pair.send(rtp(1002))) == [rtp(1002)]


@pytest.mark.parametrize("suite", [CryptoSuite.AES_CM_80, CryptoSuite.AES_256_CM_32])
def test_numbersTurnOver(suite: CryptoSuite) -> None:
    pair = Pair(suite)
    packets = [rtp(sequence) for sequence in range(65500, 65600)]
    assert pair.take(*pair.send(*packets)) == packets


def test_aKeyThatStaysGoesOnWithItsCount() -> None:
    pair = Pair()
    packets = [rtp(sequence) for sequence in range(65530, 65540)]
    assert pair.take(*pair.send(*packets)) == packets
    pair.secured.secure(HERE, StreamKeys(pair.keys.ours, newKey(3)))
    assert pair.take(*pair.send(rtp(65540))) == [rtp(65540)]


def test_whatIsOnItsWayWhileThePeerChangesItsKeyIsTaken() -> None:
    pair = Pair()
    first, late, later = pair.send(rtp(1), rtp(2), rtp(3))
    assert pair.take(first) == [rtp(1)]
    pair.other.secure(THERE, StreamKeys(pair.keys.theirs, newKey(4)))
    assert pair.take(late, late) == [rtp(2), b""]
    pair.secured.secure(HERE, StreamKeys(newKey(4), pair.keys.theirs))
    assert pair.take(*pair.send(rtp(4)), later) == [rtp(4), b""]


def test_aNewKeyTakesThePlaceOfTheOld() -> None:
    pair = Pair()
    assert pair.take(*pair.send(rtp(1))) == [rtp(1)]
    pair.secured.secure(HERE, StreamKeys(newKey(4), pair.keys.theirs))
    (sent,) = pair.send(rtp(2))
    assert pair.take(sent) == [b""]
    pair.other.secure(THERE, StreamKeys(pair.keys.theirs, newKey(4)))
    assert pair.take(sent) == [rtp(2)]


def test_withoutKeysAllIsInTheClearAgain() -> None:
    pair = Pair()
    pair.secured.secure(HERE, None)
    assert pair.send(rtp(1)) == [rtp(1)]


def test_aSlotThatIsUsedAgainHasNoKeys() -> None:
    pair = Pair()
    pair.packets.remove(HERE)
    assert pair.send(rtp(1)) == [rtp(1)]


def test_keysGoWithThePortsFromThreadToThread() -> None:
    pair = Pair()
    assert pair.take(*pair.send(rtp(1))) == [rtp(1)]
    elsewhere = Wire()
    packets = SecuredIO().over(elsewhere)
    packets.adopt(9, pair.packets.release(HERE), 0)
    assert pair.send(rtp(2)) == [rtp(2)]
    packets.send(np.array([9]), np.frombuffer(rtp(3), np.uint8).reshape(1, -1))
    assert pair.take(elsewhere.sent[0][1]) == [rtp(3)]


@pytest.mark.parametrize("suite", [CryptoSuite.AES_CM_80, CryptoSuite.AES_256_CM_80])
def test_whatCannotBeEncryptedIsNotSent(suite: CryptoSuite) -> None:
    pair = Pair(suite)
    pair.packets.send(np.array([HERE]), np.zeros((1, 8), np.uint8))  # no RTP at all
    assert pair.wire.sent == []


# Keys that are agreed on.


def test_nothingGoesThroughBeforeKeysAreAgreedOn() -> None:
    pair = Pair()
    pair.secured.secure(HERE, None)
    pair.secured.agree(HERE)
    assert pair.send(rtp(1)) == []
    pair.packets.sendControl(HERE, REPORT)
    assert pair.wire.control == []
    pair.wire.coming, pair.wire.comingControl = [(HERE, rtp(1))], [(HERE, REPORT)]
    assert pair.packets.drain(0, 0.0).lengths.tolist() == [0]
    assert [each.data for each in pair.packets.drainControl()] == [b""]


def test_soundAndReportsHaveKeysOfTheirOwn() -> None:
    pair = Pair()
    control = StreamKeys(newKey(3), newKey(4))
    for secured, slot, turned in ((pair.secured, HERE, False), (pair.other, THERE, True)):
        secured.agree(slot)
        for keys, isControl in ((pair.keys, False), (control, True)):
            ours, theirs = (keys.theirs, keys.ours) if turned else (keys.ours, keys.theirs)
            secured.encrypt(slot, StreamKeys(ours, theirs), isControl)
    assert pair.take(*pair.send(rtp(1))) == [rtp(1)]
    pair.packets.sendControl(HERE, REPORT)
    pair.far.comingControl = [(THERE, data) for _, data in pair.wire.control]
    assert [each.data for each in pair.farPackets.drainControl()] == [REPORT]
    pair.other.secure(THERE, StreamKeys(pair.keys.theirs, pair.keys.ours))
    assert [each.data for each in pair.farPackets.drainControl()] == [b""]


def test_handshakesAreSetAsideWhereKeysAreAgreedOn() -> None:
    pair = Pair()
    pair.other.agree(THERE)
    (sent,) = pair.send(rtp(1))
    assert pair.take(b"\x16 of DTLS", sent, b"\x3f too") == [rtp(1)]
    pair.far.comingControl = [(THERE, b"\x14 of DTLS")]
    assert pair.farPackets.drainControl() == []
    assert [(each.slot, each.data, each.control) for each in pair.other.handshakes] == [
        (THERE, b"\x16 of DTLS", False),
        (THERE, b"\x3f too", False),
        (THERE, b"\x14 of DTLS", True),
    ]


@pytest.mark.parametrize("first", [0, 19, 64, 127, 192])
def test_whatIsOfAnotherProtocolIsNoHandshake(first: int) -> None:
    pair = Pair()
    pair.other.agree(THERE)
    assert pair.take(bytes([first]) * 20) == [b""]
    assert pair.other.handshakes == []


def test_whereKeysAreSignalledThereAreNoHandshakes() -> None:
    pair = Pair()
    assert pair.take(b"\x16 of DTLS") == [b""]
    assert pair.other.handshakes == []


def test_moreThanAHandshakeNeedsIsNotSetAside() -> None:
    pair = Pair()
    pair.other.agree(THERE)
    assert pair.take(*[b"\x16"] * 100) == [b""] * 84
    assert len(pair.other.handshakes) == 16


def test_handshakesAreSentAsTheyAre() -> None:
    pair = Pair()
    pair.secured.sendHandshake(HERE, b"\x16 of DTLS", False)
    pair.secured.sendHandshake(HERE, b"\x16 of DTLS too", True)
    assert pair.wire.sent == [(HERE, b"\x16 of DTLS")]
    assert pair.wire.control == [(HERE, b"\x16 of DTLS too")]


def test_keysThatComeTooLateAreNotUsed() -> None:
    pair = Pair()
    pair.secured.agree(HERE)
    pair.secured.secure(HERE, None)
    pair.secured.encrypt(HERE, pair.keys, False)
    assert pair.send(rtp(1)) == [rtp(1)]


def test_reportsThatComeWithSoundAreReports() -> None:
    pair = Pair()
    for secured, slot, keys in (
        (pair.secured, HERE, pair.keys),
        (pair.other, THERE, StreamKeys(pair.keys.theirs, pair.keys.ours)),
    ):
        secured.agree(slot, multiplexed=True)
        secured.encrypt(slot, keys, False)
    pair.packets.sendControl(HERE, REPORT)
    assert pair.wire.control == []
    ((_, report),) = pair.wire.sent
    pair.farPackets.follow(THERE, PEER)
    assert pair.take(report, *pair.send(rtp(1))) == [rtp(1)]
    assert pair.farPackets.drainControl() == [ControlPacket(THERE, REPORT, PEER, 0.0)]
    assert pair.farPackets.drainControl() == []


def test_reportsOfNobodyKnownAreDropped() -> None:
    pair = Pair()
    pair.other.agree(THERE, multiplexed=True)
    assert pair.take(REPORT) == []
    assert pair.farPackets.drainControl() == []
