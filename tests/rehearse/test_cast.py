"""
Who takes part.
"""

from __future__ import annotations

import pytest

from h323d.cli.callsettings import codecsOf
from h323d.rehearse.cast import Proof, castOf, hostOf, usualPairs


@pytest.mark.parametrize("parties", [8, 12, 15, 20, 25])
def test_aboutHalfCallByH323(parties: int) -> None:
    cast = castOf(parties, usualPairs(parties), isGuarded=False)
    room = [each for each in cast if each.group == 0]
    assert len(room) == parties
    assert abs(2 * sum(each.isH323 for each in room) - parties) <= 1
    assert [each.number for each in cast] == list(range(len(cast)))


def test_eightHaveEveryCodecTransportAndStart() -> None:
    room = castOf(8, 0, isGuarded=False)
    assert {each.protocol for each in room} == {"h323", "gatekeeper", "sip", "sip-tcp"}
    assert len({each.codec for each in room}) >= 4
    assert {each.startUp for each in room if each.isH323} >= {
        "fast start",
        "slow start, H.245 in Setup",
    }


def test_theyCanSpeakWhatTheyAreGiven() -> None:
    for each in castOf(12, 1, isGuarded=False):
        assert codecsOf(each.codec)


def test_besideTheRoomSIPCallsH323() -> None:
    caller, called = [each for each in castOf(12, 1, isGuarded=False) if each.group == 1]
    assert (caller.isH323, caller.isCalled) == (False, False)
    assert (called.isH323, called.isCalled) == (True, True)
    assert usualPairs(25) == 0


def test_aGuardIsShownSeveralProofsAndTypes() -> None:
    cast = castOf(12, 1, isGuarded=True)
    assert {each.proof for each in cast} == {Proof.ED25519, Proof.H235, Proof.ADDRESS}
    assert {each.callType for each in cast} == {"ROUTINE", "ESCALATE"}
    assert {each.proof for each in cast if each.callType == "ESCALATE"} == {Proof.ED25519}
    assert {each.proof for each in castOf(12, 1, isGuarded=False)} == {""}


@pytest.mark.parametrize(("parties", "pairs"), [(1, 0), (26, 0), (25, 1), (0, 0)])
def test_impossibleNumbersAreRefused(parties: int, pairs: int) -> None:
    with pytest.raises(ValueError, match="parties"):
        castOf(parties, pairs, isGuarded=False)


def test_inALoopbackNetworkEachHasAnAddressOfItsOwn() -> None:
    first, second = castOf(2, 0, isGuarded=False)
    assert hostOf(first, "127.0.3.1", "127.0.0.1") == "127.0.3.101"
    assert hostOf(second, "127.0.3.1", "127.0.0.1") == "127.0.3.102"
    assert hostOf(second, "192.0.2.1", "192.0.2.7") == "192.0.2.7"
    assert hostOf(second, "::1", "::1") == "::1"
