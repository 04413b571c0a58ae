"""
Which way media flows.
"""

from __future__ import annotations

import pytest

from h323d.values.media.direction import Direction

FLOWS = {
    Direction.SENDRECV: (True, True),
    Direction.SENDONLY: (True, False),
    Direction.RECVONLY: (False, True),
    Direction.INACTIVE: (False, False),
}


@pytest.mark.parametrize("direction", Direction)
def test_itSaysWhoSends(direction: Direction) -> None:
    assert (direction.sends, direction.receives) == FLOWS[direction]
    assert Direction.of(*FLOWS[direction]) is direction


@pytest.mark.parametrize("direction", Direction)
def test_theOtherSideSeesItReversed(direction: Direction) -> None:
    assert FLOWS[direction.reversed] == FLOWS[direction][::-1]
    assert direction.reversed.reversed is direction
