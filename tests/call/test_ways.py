"""
Which ways are taken at the same time.
"""

from __future__ import annotations

from h323d.call.ways import LAST_RANK, Way, inRanks, rankOf


def test_theWaysOfOneRankAreTakenTogetherAndThoseWithoutEachAlone() -> None:
    desk, mobile, voicemail = Way("sip", rank=0), Way("h323", rank=0), Way("sip", rank=5)
    trunk, other = Way("sip"), Way("h323")
    found = inRanks((desk, mobile, voicemail, trunk, other))
    assert found == ((desk, mobile), (voicemail,), (trunk,), (other,))


def test_theBetterAContactIsTheLowerIsItsRank() -> None:
    assert [rankOf(q) for q in (1.0, 0.999, 0.5, 0.0)] == [0, 1, 500, LAST_RANK]


def test_theOrderStays() -> None:
    ways = (Way("sip", rank=5), Way("sip", rank=0), Way("h323", rank=5))
    assert inRanks(ways) == tuple((way,) for way in ways)
