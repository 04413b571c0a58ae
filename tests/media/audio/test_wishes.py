"""
How peers want to be sent.
"""

from __future__ import annotations

from h323d.dsp.codec import MODE_REQUEST
from h323d.media.audio.wishes import Wishes

MODES = (("mode-set", "0,2"),)


def test_whatIsNegotiatedAndWhatIsAskedForStandTogether() -> None:
    wishes = Wishes()
    assert wishes.of(1) == ()
    assert wishes.negotiated(1, MODES)
    assert wishes.asked(1, 2)
    assert wishes.of(1) == (*MODES, (MODE_REQUEST, "2"))
    assert wishes.asked(1, 0)
    assert wishes.of(1) == (*MODES, (MODE_REQUEST, "0"))
    assert wishes.asked(1, None)
    assert wishes.of(1) == MODES


def test_whatIsSaidAgainIsNothingNew() -> None:
    wishes = Wishes()
    assert wishes.negotiated(1, ())
    assert not wishes.negotiated(1, ())
    assert not wishes.asked(1, None)
    assert wishes.asked(1, 3)
    assert not wishes.asked(1, 3)
    assert not wishes.negotiated(1, ())


def test_aPortTakesThemAlong() -> None:
    here, there = Wishes(), Wishes()
    assert here.take(1) is None
    here.negotiated(1, MODES)
    here.asked(1, 2)
    had = here.take(1)
    assert had is not None
    there.put(5, had)
    assert (here.of(1), there.of(5)) == ((), (*MODES, (MODE_REQUEST, "2")))
