"""
What was shown before a restart cannot be shown again, from wherever it comes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from tests.support.disk import copyOf
from tests.support.ras import keepAlive, rrq, urq
from tests.support.secured import ALICE, SecuredPeer, secured
from tests.support.zone import World, newWorld

MALLORY = "10.0.0.66"


class Lives:
    """
    One gatekeeper, from one start to the next.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.worlds: list[World] = []

    def start(self, **security: Any) -> World:
        before = self.worlds[-1] if self.worlds else None
        world = newWorld(security=secured(**security), store=str(self.path), after=before)
        self.worlds.append(world)
        return world

    def ended(self, seconds: float = 5.0) -> World:
        """
        The next life after one that ended in order.
        """
        self.worlds[-1].zone.close()
        self.worlds[-1].clock.advance(seconds)
        return self.start()

    def killed(self, seconds: float = 5.0) -> World:
        """
        The next life after one that was killed: nothing more was written.
        """
        self.path = copyOf(self.path, self.path.parent / "after")
        self.worlds[-1].zone.close()
        self.worlds[-1].clock.advance(seconds)
        return self.start()


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    made = Lives(tmp_path / "registrations.sqlite")
    yield made
    made.worlds[-1].zone.close()
    assert made.worlds[-1].clock.getDelayedCalls() == []


def faultOf(answer: RASMessage) -> str:
    name, value = answer.fields["rejectReason"]
    return str(value[0]) if name == "securityError" else str(name)


def sentAgain(world: World, octets: bytes, host: str = MALLORY) -> RASMessage:
    peer = SecuredPeer(world, host)
    answer = decodeRAS(peer.exchange(octets))
    peer.peer.port.close()
    return answer


def ownersRRQ(world: World, **peer: Any) -> tuple[SecuredPeer, bytes]:
    """
    The owner's RRQ, answered.
    """
    owner = SecuredPeer(world, **peer)
    octets = owner.signed(rrq(1, owner.host, ALICE))
    assert decodeRAS(owner.exchange(octets)).name == "registrationConfirm"
    return owner, octets


def test_whatWasShownCannotBeShownAfterTheEnd(lives: Lives) -> None:
    _, octets = ownersRRQ(lives.start())
    answer = sentAgain(lives.ended(), octets)
    assert faultOf(answer) == "securityReplay"


def test_norAfterACrash(lives: Lives) -> None:
    world = lives.start()
    _, octets = ownersRRQ(world)
    world.clock.advance(30)
    assert faultOf(sentAgain(lives.killed(), octets)) == "securityReplay"


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_norWhatWasShownInTheSecondBeforeACrash(lives: Lives, skew: int) -> None:
    world = lives.start()
    world.clock.advance(4000)  # a clock that is behind ours is past our start, too
    owner, _ = ownersRRQ(world, skew=skew)
    owner.sender = "alice"
    world.clock.advance(30)
    octets = owner.signed(rrq(2, owner.host, ALICE))
    assert decodeRAS(owner.exchange(octets)).name == "registrationConfirm"
    assert faultOf(sentAgain(lives.killed(1.5), octets)) == "securityReplay"


def test_norTheFirstThatSomebodyShowedInThatSecond(lives: Lives) -> None:
    _, octets = ownersRRQ(lives.start())
    assert faultOf(sentAgain(lives.killed(1.5), octets)) == "securityReplay"


def test_norWhatWasShownBeforeAFileWasLost(lives: Lives) -> None:
    world = lives.start()
    _, octets = ownersRRQ(world)
    world.zone.close()
    lives.path.unlink()
    world.clock.advance(5)
    assert faultOf(sentAgain(lives.start(), octets)) == "securityReplay"


def test_norIsTheOwnersOwnRequestTakenTwice(lives: Lives) -> None:
    owner, _ = ownersRRQ(lives.start())
    (registration,) = lives.worlds[-1].zone.registrations()
    owner.sender = registration.endpointId
    octets = owner.signed(urq(7, owner.host, endpointIdentifier=registration.endpointId))
    renewal = owner.signed(keepAlive(8, owner.host, registration.endpointId))
    assert decodeRAS(owner.exchange(renewal)).name == "registrationConfirm"
    owner.peer.port.close()
    world = lives.ended()
    assert faultOf(sentAgain(world, renewal, owner.host)) == "securityReplay"
    # What was made before, and never came, is no better: nobody can tell the two apart.
    assert sentAgain(world, octets, owner.host).name == "unregistrationReject"
    assert world.zone.registry.byId(registration.endpointId) is not None


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_theOwnerGoesOnWhateverItsClockSays(lives: Lives, skew: int) -> None:
    world = lives.start()
    world.clock.advance(4000)
    owner, _ = ownersRRQ(world, skew=skew)
    owner.peer.port.close()
    world.clock.advance(30)
    world = lives.killed()
    world.clock.advance(1)  # of the second in which we started nobody can tell
    again = SecuredPeer(world, skew=skew)
    assert again.ask(rrq(2, again.host, ALICE)).name == "registrationConfirm"


def test_aNewcomerWhoseClockIsBehindIsKnownAfterAnEndInOrder(lives: Lives) -> None:
    lives.start()
    late = SecuredPeer(lives.ended(), skew=-600)
    assert late.ask(rrq(1, late.host, ALICE)).name == "registrationConfirm"


def test_afterACrashItWaitsUntilItsClockIsPastOurStart(lives: Lives) -> None:
    lives.start()
    world = lives.killed()
    late = SecuredPeer(world, skew=-600)
    assert faultOf(late.ask(rrq(1, late.host, ALICE))) == "securityReplay"
    world.clock.advance(601)
    assert late.ask(rrq(2, late.host, ALICE)).name == "registrationConfirm"


def test_whoProvesTheNameReplacesAfterARestartToo(lives: Lives) -> None:
    ownersRRQ(lives.start())
    (before,) = lives.worlds[-1].zone.registrations()
    moved = SecuredPeer(lives.ended(), "10.0.0.8")
    endpointId = moved.register()
    (registration,) = lives.worlds[-1].zone.registrations()
    assert registration.endpointId == endpointId != before.endpointId
    assert registration.source.host == "10.0.0.8"


def test_whoDoesNotIsRefusedAfterARestartToo(lives: Lives) -> None:
    ownersRRQ(lives.start())
    answer = lives.ended().peer(MALLORY).ask(rrq(1, MALLORY, ALICE))
    assert reasonOf(answer) == "securityDenial"


def test_aFileOfBeforeIsReadAndKnowsNobody(lives: Lives) -> None:
    _, octets = ownersRRQ(lives.start())
    lives.worlds[-1].zone.close()
    with sqlite3.connect(lives.path) as file:
        file.executescript("DROP TABLE shown; DROP TABLE ended")
    file.close()
    lives.worlds[-1].clock.advance(5)
    world = lives.start()
    assert len(world.zone.registry) == 1
    assert faultOf(sentAgain(world, octets)) == "securityReplay"


def test_whatIsTooOldToBeShownIsForgotten(lives: Lives) -> None:
    ownersRRQ(lives.start())
    world = lives.ended(3 * 24 * 3600.0)
    world.clock.advance(2)
    world.zone.close()
    with sqlite3.connect(lives.path) as file:
        assert file.execute("SELECT count(*) FROM shown").fetchone() == (0,)
    file.close()


def test_whatAnIdentifierShowedGoesWithIt(lives: Lives) -> None:
    world = lives.start()
    owner = SecuredPeer(world)
    for round_ in range(3):
        owner.sender = "alice"
        endpointId = owner.register()
        owner.ask(keepAlive(9, owner.host, endpointId))
        owner.ask(urq(2 + round_, owner.host, endpointIdentifier=endpointId))
        world.clock.advance(20)
    world.zone.close()
    with sqlite3.connect(lives.path) as file:
        assert file.execute("SELECT sender FROM shown").fetchall() == [("alice",)]
    file.close()


def test_whoGetsItsIdentifierAgainIsNotHauntedByWhatItSaidBefore(lives: Lives) -> None:
    world = lives.start()
    owner = SecuredPeer(world)
    endpointId = owner.register()
    old = owner.signed(urq(2, owner.host, endpointIdentifier=endpointId))
    assert decodeRAS(owner.exchange(old)).name == "unregistrationConfirm"
    world.clock.advance(20)
    owner.sender = "alice"
    assert owner.register(endpointIdentifier=endpointId) == endpointId
    assert faultOf(decodeRAS(owner.exchange(old))) == "securityReplay"
    assert world.zone.registry.byId(endpointId) is not None
    assert owner.ask(keepAlive(9, owner.host, endpointId)).name == "registrationConfirm"
