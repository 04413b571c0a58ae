"""
Which requests are asked who sent them, and which are known by their calls.
"""

from __future__ import annotations

import pytest

from h323d.call.legs import IOffer
from h323d.sip.agent import UserAgent
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest
from h323d.sip.outside import Services
from h323d.sip.transactions.running import ServerTransaction
from tests.support.digest import FakeUsers, Talk, challengeOf
from tests.support.scriptedcalls import CallOfScript
from tests.support.sippeers import SERVER, SIPWorld, request


class Refusing:
    """
    Takes nothing.
    """

    def __init__(self, status: int) -> None:
        self.status = status

    def refusal(self, request: SIPRequest, who: IOffer) -> int | None:
        assert who.peer.host == "10.0.0.3"
        return self.status

    def arrived(self, transaction: ServerTransaction, tag: str, agent: UserAgent) -> None:
        raise AssertionError("it was refused")

    def close(self) -> None:
        pass


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


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE"])
def test_guestsAreAskedForWhatNobodyIsServedWhoIsNotKnown(method: str) -> None:
    talk = Talk(FakeUsers(guests=True))
    challengeOf(talk.ask(method=method, caller="From: <sip:anna@10.0.0.3>;tag=far\n"))


@pytest.mark.parametrize(("status", "allowed"), [(405, False), (404, True)])
def test_whatStaysOutsideOfDialogsIsRefusedWithoutATransaction(status: int, allowed: bool) -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1", services=Services(outside={"MESSAGE": Refusing(status)}))
    script = world.script("10.0.0.3")
    for _ in range(2):
        script.send(request("MESSAGE"), SERVER)
        world.run(0.05)
    assert script.statuses == [status, status]
    assert peer.endpoint.transactions == (0, 0)
    assert ("Allow" in script.messages[0].headers) is not allowed
    script.send(request("OPTIONS", uri="sip:10.0.0.1", branch="z9hG4bK2"), SERVER)
    world.run(0.05)
    assert "message" in script.messages[-1].headers.tokens("Allow")


OUTSIDE = "Event: x\nRefer-To: <sip:victim@10.0.0.9>\nRAck: 1 1 INVITE\n"


@pytest.mark.parametrize(
    ("method", "status"),
    [("MESSAGE", 405), ("SUBSCRIBE", 489), ("REFER", 403), ("INFO", 481), ("NOTIFY", 481)],
)
def test_whatAStrangerAsksForIsRefusedAndHandedToNobody(method: str, status: int) -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    script, victim = world.script("10.0.0.3"), world.script("10.0.0.9")
    script.send(request(method, extra=OUTSIDE), SERVER)
    world.run(1.0)
    assert (script.statuses, victim.messages, peer.legs) == ([status], [], [])
    challengeOf(Talk().ask(method=method, extra=OUTSIDE))
    world.settle()


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
