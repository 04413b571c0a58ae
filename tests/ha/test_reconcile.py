"""
What the kernel says was read and written, and what is left to be done.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.ha.reconcile import TAIL, Irreconcilable, Position


@given(st.lists(st.binary(max_size=40)), st.data())
def test_whatHasNotLeftIsTheRest(pieces: list[bytes], data: st.DataObject) -> None:
    position = Position()
    for each in pieces:
        position.write(each)
    whole = b"".join(pieces)
    left = data.draw(st.integers(0, len(whole)))
    assert whole[:left] + position.unwritten(left) == whole


def test_whereAllHasLeftThereIsNoRest() -> None:
    assert Position().unwritten(0) == b""


def test_moreThanWasToLeaveIsNotOurConnection() -> None:
    position = Position()
    position.write(b"abc")
    with pytest.raises(Irreconcilable, match="1 octets have left that were never to"):
        position.unwritten(4)


def test_onlySoMuchIsKept() -> None:
    position = Position()
    position.write(b"a" * 10)
    position.write(b"b" * TAIL)
    assert position.unwritten(10) == b"b" * TAIL
    with pytest.raises(Irreconcilable, match=f"of {TAIL + 1} octets that have not left"):
        position.unwritten(9)


def test_whatWasLoggedAndNotReadIsDropped() -> None:
    position = Position()
    position.read = 12
    assert (position.handled(12), position.handled(5)) == (0, 7)


def test_whatWasReadAndNeverLoggedIsNotOurConnection() -> None:
    with pytest.raises(Irreconcilable, match="3 octets were read that never happened"):
        Position().handled(3)
