"""
What goes on as foretold is sent on and counted as if it had been judged; whatever differs is left.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.media.audio.course import JUMP_MS, Course
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.rtp.steady import FEW
from tests.support.columns import differing
from tests.support.mediahappenings import MUTATIONS, OTHERS, Meeting

CAME = 8, 0xFFFE, 0xFFFFFFFF - 200, 77  # payload type, sequence number, timestamp, SSRC
SENT = 96, 70_000, 1 << 33, 5555
NEXT = RTPPacket(8, 0xFFFF, 0xFFFFFFFF - 40, 77, bytes(160))


def course() -> Course:
    begun = Course()
    begun.begin(CAME, 160, SENT, (20, 8), 1000)
    return begun


def taken(begun: Course, packet: RTPPacket, clock: int = 1020) -> RTPPacket | None:
    """
    What becomes of a packet.
    """
    octets = bytearray(encode(packet))
    if not begun.take(memoryview(octets), 0, len(octets), clock):
        assert octets == encode(packet)
        return None
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
APART = frozenset({"_few", "_forms", "waiting", "course"})


def bothWays(script: list[tuple[int, str]]) -> None:
    """
    Two whose packets pass, to whom things happen, foretold and judged.
    """
    foretold, judged = Meeting(FEW, passes=True), Meeting(0, passes=True)
    for meeting in (foretold, judged):
        meeting.run(2, script)
        meeting.bench.run(0.2, [])
    assert foretold.sent == judged.sent
    assert foretold.sent
    for one, other in zip(foretold.phones, judged.phones, strict=True):
        assert one.recorder.digits == other.recorder.digits
        assert one.recorder.heard == other.recorder.heard
        assert one.port.statistics() == other.port.statistics()
    assert differing(foretold.bench.plane, judged.bench.plane, APART) == []


@settings(max_examples=25)
@given(st.lists(HAPPENINGS, max_size=40))
def test_bothWaysComeToTheSame(script: list[tuple[int, str]]) -> None:
    bothWays(script)


@pytest.mark.parametrize("what", [*MUTATIONS, *OTHERS])
def test_bothWaysComeToTheSameWhateverHappens(what: str) -> None:
    bothWays([(1, what)] * 4)
