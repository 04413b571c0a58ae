"""
The surroundings of a server that is entered in turns.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from zope.interface.verify import verifyObject

from h323d.call.homes import IRoutes
from h323d.call.protection import UNPROTECTED, IProtection
from h323d.call.surroundings import Surroundings
from h323d.events.bus import EventBus, Fact
from h323d.events.following import FollowerJoined
from h323d.ha.chance import SECRET_OCTETS, SharedChance
from h323d.ha.doors import Kind
from h323d.ha.surroundings import Place, throughTurns
from h323d.inputs import IInputs, Input
from tests.support.turned import Turned

ANYWHERE = Place()


def surrounded(turned: Turned, place: Place = ANYWHERE) -> Surroundings:
    pool: Any = object()  # Any: nothing is asked of it
    return throughTurns(turned.reached, random.Random(1), pool, EventBus(), place)


def test_theClockIsThatOfTheTurns() -> None:
    turned = Turned()
    assert surrounded(turned).clock is turned.turns


def test_anInputIsATurn() -> None:
    turned = Turned()
    inputs = surrounded(turned).inputs
    verifyObject(IInputs, inputs)
    inputs.lead(Input.COMMAND, str.upper)
    turned.reached.inputs.entrance = turned.leading
    assert inputs.enter(Input.COMMAND, "calls") == "CALLS"
    assert turned.leading.turn == 1


def test_nobodyAsksWhoFollows() -> None:
    inputs = surrounded(Turned()).inputs
    inputs.lead(Input.COMMAND, str.upper)
    with pytest.raises(AssertionError, match="nothing enters who follows"):
        inputs.enter(Input.COMMAND, "calls")


def test_whatIsWrittenDownHasNoEntrance() -> None:
    turned = Turned()
    turned.reached.inputs.entrance = turned.leading
    inputs = turned.reached.inputs
    assert inputs.__getstate__()["entrance"] is None


def test_routesAreAskedFor() -> None:
    turned = Turned(source="10.0.0.1", isOurs=True)
    routes = surrounded(turned).routes
    verifyObject(IRoutes, routes)
    assert turned.do(routes.source, "10.0.0.2") == "10.0.0.1"
    assert turned.do(routes.isOurs, "10.0.0.1") is True


def test_howAServerIsProtectedIsAskedForAndWhatIsDoneAboutItLeaves() -> None:
    turned = Turned(standing=UNPROTECTED)
    protection = surrounded(turned).protection
    verifyObject(IProtection, protection)
    assert turned.do(protection.standing) is UNPROTECTED
    turned.do(protection.switchOver, 3)
    turned.do(protection.join)
    assert turned.doors.done == [("switchOver", 3), ("join",)]


def test_whatHappensToWhoeverFollowsIsTold() -> None:
    turned, told, events = Turned(), list[Fact](), EventBus()
    events.subscribe(FollowerJoined, told.append)
    pool: Any = object()  # Any: nothing is asked of it
    throughTurns(turned.reached, random.Random(1), pool, events, ANYWHERE)
    fact = FollowerJoined(100.0, 7, 0.02)
    turned.enter(Kind.TOLD.value, fact)
    assert told == [fact]


def test_chanceFollowsFromASecretOfTheWorlds() -> None:
    secret = bytes(SECRET_OCTETS)
    turned = Turned(secret=secret)
    drawn = turned.do(turned.reached.chance).random()
    assert drawn == SharedChance(secret).random()


def test_onlyWhatIsSecuredIsSpokenOverTLS() -> None:
    plain = surrounded(Turned())
    assert (plain.secure, plain.secureSIP) == (None, None)
    place = Place(Path("/var/lib/h323d"), secureCalls=True, secureSIP=True)
    secured = surrounded(Turned(), place)
    assert secured.secure is not None
    assert secured.secureSIP is not None
    assert secured.pathOf("records") == Path("/var/lib/h323d/records")
