"""
Which requests are asked who sent them, and which are known by their calls.
"""

from __future__ import annotations

import pytest

from h323d.sip.config import SIPConfig
from tests.support.digest import FakeUsers, Talk, challengeOf
from tests.support.scriptedcalls import CallOfScript
from tests.support.sippeers import SERVER, SIPWorld, request


def test_theServerItselfAnswersOptionsOfAnybody() -> None:
    talk = Talk()
    talk.script.send(request("OPTIONS", uri="sip:10.0.0.1"), SERVER)
    talk.world.run(0.05)
    assert talk.script.statuses == [200]
    challengeOf(talk.ask(method="OPTIONS"))


def test_aCancelAndAnAckAreNotAsked() -> None:
    talk = Talk()
    assert talk.ask(method="CANCEL").status == 481
    talk.script.send(request("ACK", branch="z9hG4bKack"), SERVER)
    talk.world.run(0.05)
    assert talk.script.statuses == [481]


def test_aRequestWithATagIsOfACallOrNone() -> None:
    talk = Talk()
    talk.script.send(request("INFO", toTag="x"), SERVER)
    talk.world.run(0.05)
    assert talk.script.statuses == [481]


def test_guestsAreNotAskedWhereOnlyOurOwnAre() -> None:
    talk = Talk(FakeUsers(guests=True))
    assert talk.ask(caller="From: <sip:anna@10.0.0.3>;tag=far\n").status == 200
    challengeOf(talk.ask(caller="From: <sip:anybody@10.0.0.1>;tag=far\n"))


def test_aDomainOfOursIsOurOwnToo() -> None:
    world = SIPWorld()
    config = SIPConfig(domains=("example.com",))
    world.peer("10.0.0.1", config, users=FakeUsers(guests=True))
    script = world.script("10.0.0.3")
    text = request("INFO").replace("sip:script@10.0.0.3>;tag", "sip:anna@Example.COM>;tag")
    script.send(text, SERVER)
    world.run(0.05)
    assert script.statuses == [401]


def test_aCallerWithoutASIPURIIsAGuest() -> None:
    talk = Talk(FakeUsers(guests=True))
    assert talk.ask(caller="From: <tel:+493012345>;tag=far\n").status == 200


@pytest.mark.parametrize(("method", "status"), [("BYE", 200), ("INFO", 481)])
def test_ofACallThatIsOverOnlyTheEndIsTaken(method: str, status: int) -> None:
    call = CallOfScript()
    call.established()
    call.next("BYE")
    call.next(method)
    assert call.script.statuses[-1] == status
    call.world.run(33, step=1)
    call.next(method)
    assert call.script.statuses[-1] == 481
    call.end()
