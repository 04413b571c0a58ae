"""
Passwords that change while the gatekeeper runs.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.security.config import PasswordEntry, Requirement, SecurityConfig
from h323d.h323.ras.messages import RASMessage
from tests.support.ras import Peer, drq, keepAlive, rrq
from tests.support.secured import ALICE, SecuredPeer, secured
from tests.support.zone import World

BOB = ("h323-ID", "bob")


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld(security=secured())
    return result


def reload(world: World, config: SecurityConfig) -> None:
    world.reload(security=config)
    for _ in range(4):
        world.clock.advance(0.025)


def dismissed(peer: Peer) -> bool:
    """
    Whether it was told that it is not registered any more; it confirms.
    """
    told = [each for each in peer.messages() if each.name == "unregistrationRequest"]
    for each in told:
        peer.send(RASMessage("unregistrationConfirm", {"requestSeqNum": each.requestSeqNum}))
    peer.network.clock.advance(0.1)
    return bool(told)


def test_aNewPasswordHasToBeKnown(world: World) -> None:
    reload(world, secured(Requirement.OPTIONAL, PasswordEntry("bob", "hush")))
    assert world.peer("10.0.0.6").ask(rrq(1, "10.0.0.6", BOB)).name == "registrationReject"
    SecuredPeer(world, "10.0.0.7", password="hush", sender="bob").register(BOB)


def test_whoHasTheNameWithoutThePasswordHasToRegisterAgain(world: World) -> None:
    peer, _ = world.registered("10.0.0.6", BOB)
    other, otherId = world.registered("10.0.0.7", ("h323-ID", "carol"))
    reload(world, secured(Requirement.OPTIONAL, PasswordEntry("bob", "hush")))
    assert dismissed(peer)
    assert not dismissed(other)
    assert [each.endpointId for each in world.zone.registrations()] == [otherId]


@pytest.mark.parametrize(
    "passwords",
    [(), (PasswordEntry("alice", "another", names=("1001",)),)],
    ids=["none", "another"],
)
def test_anOldPasswordIsOfNoUse(world: World, passwords: tuple[PasswordEntry, ...]) -> None:
    alice = SecuredPeer(world)
    alice.register()
    reload(world, SecurityConfig(passwords=passwords))
    assert world.zone.registrations() == ()
    alice.sender = "alice"
    signed = alice.ask(rrq(3, alice.host, ALICE)).name
    assert signed == ("registrationReject" if passwords else "registrationConfirm")


def test_whosePasswordStaysIsLeftInPeace(world: World) -> None:
    alice = SecuredPeer(world)
    endpointId = alice.register()
    reload(world, secured(Requirement.OPTIONAL, PasswordEntry("bob", "hush")))
    answer = alice.ask(keepAlive(3, alice.host, endpointId))
    assert answer.name == "registrationConfirm"


def test_whatHasToBeProvedAtAllChanges(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.6", BOB)
    reload(world, secured(Requirement.REQUIRED))
    assert peer.ask(drq(2, endpointId)).name == "disengageReject"
    reload(world, secured())
    assert peer.ask(drq(3, endpointId)).name == "disengageConfirm"
