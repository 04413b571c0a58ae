"""
Where a stream goes on that another process has sent before.
"""

from __future__ import annotations

import random

import pytest

from h323d.media.positions import NOTHING_YET, ShieldPosition, StreamPosition
from h323d.media.shield import NOTHING, Shield
from h323d.rtp import rtcp
from h323d.rtp.packet import RTPPacket, encode
from h323d.rtp.rtcp import ReceiverReport
from h323d.values.media.encryption import CryptoSuite, MasterKey, StreamKeys

FIRST = 32000  # of 15 bits
REPORT = rtcp.encode((ReceiverReport(7, ()),))
PLAIN = StreamPosition(7, 1000, 160_000, 100.0, "name", 8, 50, 8000)


def newKey(seed: int, suite: CryptoSuite = CryptoSuite.AES_CM_80) -> MasterKey:
    return MasterKey(suite, random.Random(seed).randbytes(suite.keyOctets))


def rtp(index: int) -> bytes:
    return encode(RTPPacket(0, index & 0xFFFF, (160 * index) & 0xFFFFFFFF, 7, b"sound"))


class Ends:
    """
    Two who encrypt to each other, and what either has heard.
    """

    def __init__(self, suite: CryptoSuite = CryptoSuite.AES_CM_80) -> None:
        self.keys = StreamKeys(newKey(1, suite), newKey(2, suite))
        self.here, self.there = Shield(), Shield()
        self.here.rekey(self.keys)
        self.there.rekey(StreamKeys(self.keys.theirs, self.keys.ours))

    def talk(self, start: int, end: int, step: int = 1000) -> None:
        for index in range(start, end, step):
            assert self.there.taken(self.here.out(rtp(index))) == rtp(index)
            assert self.here.taken(self.there.out(rtp(index + 5))) == rtp(index + 5)

    def die(self, packets: int = 300) -> None:
        """
        Another goes on here, so many packets later.
        """
        position = self.here.position
        assert position is not None
        self.here = Shield(position.ahead(packets))
        self.here.rekey(self.keys)


def test_numbersGoOnBeyondWhatMayHaveBeenSentAndTimestampsFollowTheTime() -> None:
    later = PLAIN.after(100.5)
    assert (later.ssrc, later.name, later.sent, later.octets) == (7, "name", 50, 8000)
    assert later.sequence == 1000 + 300  # of 1.5 seconds, at 200 a second
    assert (later.timestamp, later.at) == (160_000 + 4000, 100.5)
    assert later.timestampAt(100.6) == 160_000 + 4800


def test_aClockThatWasSetBackTakesNothingBack() -> None:
    earlier = PLAIN.after(90.0)
    assert earlier.timestamp == 160_000
    assert earlier.sequence > 1000


def test_ofWhatIsEncryptedMoreNumbersAreLeftOut() -> None:
    shield = Ends().here.position
    later = StreamPosition(7, 1000, 0, 0.0, "name", shields=(shield, None)).after(0.5)
    assert later.sequence == 1000 + 8192


@pytest.mark.parametrize("suite", [CryptoSuite.AES_CM_80, CryptoSuite.AES_256_GCM])
def test_whatIsEncryptedGoesOnAfterNumbersHaveTurnedOver(suite: CryptoSuite) -> None:
    ends = Ends(suite)
    last = FIRST + 200_000
    ends.talk(FIRST, last)
    ends.die()
    ends.talk(last - 1000 + 301, last + 5000)


def test_whatComesIsTakenAfterTheNumbersOfThePeerHaveTurnedOver() -> None:
    ends = Ends()
    ends.talk(FIRST, FIRST + 200_000)
    heard = ends.here.position
    assert heard is not None
    assert heard.taken >> 16 == 3
    ends.die()
    assert ends.here.taken(ends.there.out(rtp(FIRST + 200_300))) == rtp(FIRST + 200_300)


def test_withoutItsPositionNothingWouldBeTaken() -> None:
    ends = Ends()
    ends.talk(FIRST, FIRST + 200_000)
    ends.here = Shield()
    ends.here.rekey(ends.keys)
    assert ends.here.taken(ends.there.out(rtp(FIRST + 200_300))) == NOTHING


def test_noNumberOfRTCPComesTwice() -> None:
    ends = Ends()
    before = {ends.here.outControl(REPORT)[-14:-10] for _ in range(5)}
    ends.die()
    after = [ends.here.outControl(REPORT) for _ in range(5)]
    assert before.isdisjoint(each[-14:-10] for each in after)
    assert [ends.there.takenControl(each) for each in after] == [REPORT] * 5


def test_ofAnotherKeyNumbersBeginAnew() -> None:
    ends = Ends()
    ends.talk(FIRST, FIRST + 200_000)
    position = ends.here.position
    fresh = StreamKeys(newKey(3), newKey(4))
    ends.here, ends.there = Shield(position), Shield()
    ends.here.rekey(fresh)
    ends.there.rekey(StreamKeys(fresh.theirs, fresh.ours))
    ends.talk(FIRST, FIRST + 3000)


def test_whoHasSentNothingHasNoIndex() -> None:
    ends = Ends()
    position = ends.here.position
    assert position is not None
    assert (position.sent, position.taken, position.reports) == (NOTHING_YET, NOTHING_YET, 0)
    assert position.ahead(100).sent == NOTHING_YET
    assert Shield().position is None


def test_aPositionShowsNoKey() -> None:
    ends = Ends()
    position = ends.here.position
    assert isinstance(position, ShieldPosition)
    assert position.ours not in ends.keys.ours.octets
    assert len(position.ours) == 16
