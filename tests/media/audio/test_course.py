"""
What goes on as foretold is sent on and counted as if it had been judged; whatever differs is left.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zope.interface import alsoProvides

from h323d.dsp.codec import ISizedCodec
from h323d.media.audio.course import JUMP_MS, Course
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.rtp.steady import FEW
from tests.support.columns import differing
from tests.support.mediahappenings import MUTATIONS, OTHERS, Meeting
from tests.support.streamcodec import ScrambledCodec

CAME = 8, 0xFFFE, 0xFFFFFFFF - 200, 77  # payload type, sequence number, timestamp, SSRC
SENT = 96, 70_000, 1 << 33, 5555
NEXT = RTPPacket(8, 0xFFFF, 0xFFFFFFFF - 40, 77, bytes(160))


def course() -> Course:
    begun = Course()
    begun.begin(3, 160, CAME, SENT, (160, 160), 1000)
    return begun


def taken(begun: Course, packet: RTPPacket, clock: int = 1020) -> RTPPacket | None:
    """
    What becomes of a packet.
    """
    octets = bytearray(encode(packet))
    if not begun.foretells(memoryview(octets), 0, len(octets), clock):
        assert octets == encode(packet)
        return None
    begun.goOn(memoryview(octets), 0, len(packet.payload), clock)
    return decode(bytes(octets))


def test_theNextPacketGoesOnWithOurHeader() -> None:
    payload = bytes(range(160))
    sent = taken(course(), replace(NEXT, payload=payload))
    assert sent == RTPPacket(96, 70_001 & 0xFFFF, 160, 5555, payload)


def test_itGoesOnOverTheTurningOfAllNumbers() -> None:
    begun = course()
    packets = [NEXT, replace(NEXT, sequenceNumber=0, timestamp=119)]
    sent = [taken(begun, packet, 1020) for packet in packets]
    assert [each.timestamp for each in sent if each is not None] == [160, 320]
    assert begun.count == 2
    assert (begun.sequence, begun.number) == (0, 70_002)


@pytest.mark.parametrize(
    "other",
    [
        replace(NEXT, marker=True),
        replace(NEXT, payloadType=0),
        replace(NEXT, sequenceNumber=0),
        replace(NEXT, timestamp=119),
        replace(NEXT, ssrc=78),
        replace(NEXT, payload=bytes(159)),
        replace(NEXT, payload=bytes(161)),
    ],
)
def test_whateverDiffersIsLeft(other: RTPPacket) -> None:
    begun = course()
    assert taken(begun, other) is None
    assert begun.count == 0


def test_whatComesAfterALongTimeIsLeft() -> None:
    assert taken(course(), NEXT, 1000 + JUMP_MS - 1) is not None
    assert taken(course(), NEXT, 1000 + JUMP_MS) is None


def test_nothingIsForetoldBeforeItBeginsNorAfterItsEnd() -> None:
    assert taken(Course(), NEXT) is None
    begun = course()
    begun.end()
    assert taken(begun, NEXT) is None


# Both ways

HAPPENINGS = st.tuples(st.integers(0, 1), st.sampled_from((*MUTATIONS, *OTHERS)))
QUIET = [(0, "nothing")] * 30  # until packets go on, where they are transcoded
PAIRS = {"alike": (0, 1), "two laws": (0, 2), "a law and what remembers": (0, 7)}
APART = frozenset({"_few", "_forms", "_sound", "waiting", "course", "lengths"})


def bothWays(pair: tuple[int, int], script: list[tuple[int, str]]) -> list[int]:
    """
    Two whose packets go on, to whom things happen, foretold and judged.

    @return: how many packets were sent each.
    """
    meetings = []
    for few in (FEW, 0):
        codec = ScrambledCodec()
        alsoProvides(codec, ISizedCodec)
        meeting = Meeting(few, passes=True, codec=codec)
        meeting.phones = [meeting.phones[index] for index in pair]
        meeting.run(2, QUIET + script)
        meeting.bench.run(0.2, [])
        meetings.append(meeting)
    foretold, judged = meetings
    assert foretold.sent == judged.sent
    for one, other in zip(foretold.phones, judged.phones, strict=True):
        assert one.recorder.digits == other.recorder.digits
        assert one.recorder.heard == other.recorder.heard
        assert one.port.statistics() == other.port.statistics()
    assert differing(foretold.bench.plane, judged.bench.plane, APART) == []
    return [len(phone.heard) for phone in foretold.phones]


@settings(max_examples=20)
@given(st.sampled_from(sorted(PAIRS)), st.lists(HAPPENINGS, max_size=30))
def test_bothWaysComeToTheSame(pair: str, script: list[tuple[int, str]]) -> None:
    bothWays(PAIRS[pair], script)


@pytest.mark.parametrize("what", [*MUTATIONS, *OTHERS])
@pytest.mark.parametrize("pair", PAIRS)
def test_bothWaysComeToTheSameWhateverHappens(pair: str, what: str) -> None:
    assert max(bothWays(PAIRS[pair], [(1, what), (0, what)] * 2)) > 10


@pytest.mark.parametrize("who", [0, 1])
@pytest.mark.parametrize("pair", PAIRS)
def test_bothWaysComeToTheSameWhereThereIsNothingToSay(pair: str, who: int) -> None:
    quiet = (who, "quiet")
    sent = bothWays(PAIRS[pair], [quiet, *QUIET, quiet, *QUIET])
    assert min(sent) > 10
