"""
Calls of ours to who wants a password.
"""

from __future__ import annotations

import pytest

from h323d.call.ways import Way
from h323d.sip.digest.algorithms import Algorithm
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from tests.support.digest import FakeSecrets, FakeUsers
from tests.support.sippeers import PROFILE, LegLog, SIPWorld

USERS = {"alice": "secret"}
TARGET = "sip:80001@10.0.0.1"


@pytest.mark.parametrize("algorithm", Algorithm)
def test_itIsShownAndTheCallStands(algorithm: Algorithm) -> None:
    world = SIPWorld()
    server = world.peer("10.0.0.1", users=FakeUsers(USERS, algorithm=algorithm))
    leg, log = world.peer("10.0.0.3", secrets=FakeSecrets()).call(TARGET)
    world.run(1)
    assert leg.state == server.legs[0].state == "established"
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()
    assert log.causes == server.logs[0].causes == [Cause.NORMAL_CALL_CLEARING]


@pytest.mark.parametrize("secrets", [FakeSecrets(password="wrong"), FakeSecrets(realm="elsewhere")])
def test_whereItIsNotRightTheCallIsRefused(secrets: FakeSecrets) -> None:
    world = SIPWorld()
    server = world.peer("10.0.0.1", users=FakeUsers(USERS))
    _, log = world.peer("10.0.0.3", secrets=secrets).call(TARGET)
    world.run(1)
    assert (log.causes, server.legs) == ([Cause.CALL_REJECTED], [])
    world.settle()


def test_whatWasRefusedOnceIsNotShownInTheNextCall() -> None:
    world = SIPWorld()
    world.peer("10.0.0.1", users=FakeUsers(USERS))
    client = world.peer("10.0.0.3", secrets=FakeSecrets(password="wrong"))
    for invites in (2, 3):
        client.call(TARGET)
        world.run(1)
        assert world.firstLines("10.0.0.3").count(f"INVITE {TARGET}") == invites
    world.settle()


def test_aCallByATrunkShowsThePasswordOfThatOne() -> None:
    world, secrets = SIPWorld(), FakeSecrets()
    server = world.peer("10.0.0.1", users=FakeUsers(USERS))
    there = TransportAddress("10.0.0.1", 5060)
    caller = (PartyAddress(AddressKind.H323_ID, "alice"),)
    called = (PartyAddress(AddressKind.URL, TARGET),)
    leg = world.peer("10.0.0.3", secrets=secrets).originator.originate(
        CallID("c1"), caller, Way("sip", there, called, trunk="second"), PROFILE, LegLog()
    )
    world.run(1)
    assert leg.state == server.legs[0].state == "established"
    assert set(secrets.accounts) == {"second"}
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()
