"""
The payload format of AMR, by the figures of RFC 4867.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.dsp.amrpayload import NO_DATA, SID, Frame, pack, unpack

OCTETS = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, SID: 5, NO_DATA: 0}
SPARE = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 1, 6: 4, 7: 4, SID: 1, NO_DATA: 0}


def frame(frameType: int, fill: int = 0xFF) -> Frame:
    """
    @param fill: of every octet; the spare bits are 0.
    """
    size = OCTETS[frameType]
    number = int.from_bytes(bytes([fill] * size), "big")
    number = number >> SPARE[frameType] << SPARE[frameType]
    return Frame(frameType, number.to_bytes(size, "big"))


ONES = frame(4)  # 7.4 kbit/s
# RFC 4867, 4.3.5.1: a request of 15, the type 4 and a good quality, 148 bits, and 2 to fill up.
EFFICIENT = (0b1111_0_0100_1 << 150 | (1 << 148) - 1 << 2).to_bytes(20, "big")
# Each in its octets (4.4.5.1 is likewise).
ALIGNED = b"\xf0\x24" + ONES.bits


@pytest.mark.parametrize(("isAligned", "octets"), [(False, EFFICIENT), (True, ALIGNED)])
def test_aFrameIsPackedAsTheFigureHasIt(isAligned: bool, octets: bytes) -> None:
    assert pack([ONES], isAligned) == octets
    assert unpack(octets, isAligned) == [ONES]


@pytest.mark.parametrize(("isAligned", "octets"), [(True, EFFICIENT), (False, ALIGNED)])
def test_onePackingIsNotTheOther(isAligned: bool, octets: bytes) -> None:
    assert unpack(octets, isAligned) != [ONES]


@given(
    st.booleans(),
    st.lists(st.sampled_from(sorted(OCTETS)), min_size=1, max_size=6),
    st.integers(0, 255),
)
def test_framesOfAllTypesSurvive(isAligned: bool, types: list[int], fill: int) -> None:
    frames = [frame(each, fill) for each in types]
    assert unpack(pack(frames, isAligned), isAligned) == frames


@pytest.mark.parametrize("isAligned", [False, True])
def test_equalFramesInOnePacketAreSeveral(isAligned: bool) -> None:
    assert unpack(pack([ONES, ONES], isAligned), isAligned) == [ONES, ONES]


@pytest.mark.parametrize("isAligned", [False, True])
def test_aDamagedFrameIsToldApart(isAligned: bool) -> None:
    damaged = Frame(SID, frame(SID).bits, isGood=False)
    assert unpack(pack([damaged], isAligned), isAligned) == [damaged]


@pytest.mark.parametrize("isAligned", [False, True])
def test_moreThanSixFramesAreNotTaken(isAligned: bool) -> None:
    assert unpack(pack([ONES] * 7, isAligned), isAligned) is None


@pytest.mark.parametrize(
    ("octets", "isAligned"),
    [
        (b"", True),
        (b"\xf0", True),
        (b"\xf0", False),
        (ALIGNED[:-1], True),
        (ALIGNED + b"\x00", True),
        (EFFICIENT[:-1], False),
        (EFFICIENT + b"\x00", False),
        (b"\xf0\xa4", True),  # another is announced, and does not come
        (b"\xf0\x4c" + bytes(31), True),  # type 9
        (b"\xff" * 40, False),
    ],
)
def test_whatIsNoPayloadIsRefused(octets: bytes, isAligned: bool) -> None:
    assert unpack(octets, isAligned) is None


@given(st.binary(max_size=300), st.booleans())
def test_anyOctetsAreReadOrRefused(octets: bytes, isAligned: bool) -> None:
    frames = unpack(octets, isAligned)
    assert frames is None or all(len(each.bits) == OCTETS[each.frameType] for each in frames)
