"""
The walk of a call that rings at one telephone, and is picked up by another: an INVITE with Replaces
of a dialog that is early (RFC 3891, 3; RFC 5359, 2.16).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

import pytest

from h323d.config.sections import Configuration
from h323d.gatekeeper.lines.config import LineGroup, LinesConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from h323d.witness.assembly import LINGER
from tests.support.bridged import SERVER, sipPhone
from tests.support.simulation import Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

SIP = TransportAddress(SERVER, 5060)
BOB, CAROL = "10.0.0.3", "10.0.0.4"
TOGETHER = LinesConfig(groups=(LineGroup(("1002", "1003")),))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=15) as simulation:
        yield simulation


class Script(ScriptedPeer):
    """
    A telephone that registers, and says what the test has it say.
    """

    def __init__(self, world: Simulation, host: str, name: str) -> None:
        super().__init__(world, host)
        self.world, self.host, self.name = world, host, name
        self.say("REGISTER", f"sip:{SERVER}", 1, callId=f"register{name}")
        assert self.statuses == [200]

    def say(
        self, method: str, uri: str, cseq: int, callId: str, extra: str = "", body: str = "",
        toTag: str = "",
    ) -> None:  # fmt: skip
        text = request(
            method, branch=f"z9hG4bK{self.name}{cseq}{method}", callId=callId, cseq=cseq, uri=uri,
            extra=extra, body=body, toTag=toTag,
        )  # fmt: skip
        for before, after in (
            ("Script <sip:script@10.0.0.3>", f"<sip:{self.name}@{SERVER}>"),
            ("<sip:script@10.0.0.3>", f"<sip:{self.name}@{self.host}>"),
            ("UDP 10.0.0.3", f"UDP {self.host}"),
            (f"To: <sip:{SERVER}>", f"To: <sip:{self.name}@{SERVER}>"),
        ):
            text = text.replace(before, after)
        self.send(text, SIP)
        self.world.run(0.2)

    def of(self, method: str) -> SIPRequest:
        found = [each for each in self.messages if isinstance(each, SIPRequest)]
        return next(each for each in found if each.method == method)

    @property
    def final(self) -> SIPResponse:
        answers = [each for each in self.messages if isinstance(each, SIPResponse)]
        return [each for each in answers if each.status >= 200][-1]


class House:
    """
    Alice calls Bob, whose telephone rings; Carol has one, too.
    """

    def __init__(self, world: Simulation, lines: LinesConfig = TOGETHER) -> None:
        self.world = world
        self.server = world.server(SERVER, replace(Configuration(), lines=lines))
        self.alice = sipPhone(world, "10.0.0.2", "1001", 440)
        self.bob, self.carol = Script(world, BOB, "1002"), Script(world, CAROL, "1003")
        self.alice.dial(f"sip:1002@{SERVER}")
        world.run(0.5)
        self.bob.send(responseTo(self.bob.of("INVITE"), 180, tag="bobs"), SIP)
        world.run(0.2)

    def pickUp(self, tag: str = "bobs", flag: str = "") -> None:
        invite = self.bob.of("INVITE")
        named = f"{invite.callId};to-tag={invite.fromAddress.tag};from-tag={tag}{flag}"
        self.carol.say(
            "INVITE", f"sip:1002@{SERVER}", 1, callId="pickup", extra=f"Replaces: {named}\n",
            body=offerBody(CAROL),
        )  # fmt: skip

    def acknowledge(self) -> None:
        tag = self.carol.final.toAddress.tag or ""
        self.carol.say("ACK", f"sip:1002@{SERVER}", 1, callId="pickup", toTag=tag)


@pytest.mark.parametrize("flag", ["", ";early-only"])
def test_whoSitsTogetherPicksUpAndTheOtherStopsRinging(world: Simulation, flag: str) -> None:
    house = House(world)
    house.pickUp(flag=flag)
    assert house.carol.final.status == 200
    assert "CANCEL" not in house.bob.methods
    house.acknowledge()
    world.run(0.5)
    reason = house.bob.of("CANCEL").headers.get("Reason") or ""
    assert "cause=200" in reason
    assert house.alice.reports.count("answered") == 1
    (bridge,) = house.server.server.gateway.bridges.values()
    assert bridge.state == "talking"
    house.carol.say(
        "BYE", f"sip:1002@{SERVER}", 2, callId="pickup", toTag=house.carol.final.toAddress.tag or ""
    )
    world.run(1.0)
    assert house.alice.cause is not None
    assert house.server.server.gateway.bridges == {}


def test_bothCallsHaveTheirRecords(world: Simulation) -> None:
    house = House(world)
    house.pickUp()
    house.acknowledge()
    world.run(1.0)
    house.alice.hangup()
    world.run(LINGER + 1.0)
    records = sorted(house.server.server.operator.cdr(), key=itemgetter("offered"))
    assert [(each["outcome"], each["model"]) for each in records] == [("answered", "gateway")] * 2
    assert ["1001" in str(records[0]["calling"]), "1003" in str(records[1]["calling"])] == [
        True
    ] * 2


def test_aStrangerToTheGroupDoesNot(world: Simulation) -> None:
    house = House(world, LinesConfig())
    house.pickUp()
    assert house.carol.final.status == 403
    assert "CANCEL" not in house.bob.methods


def test_whatDoesNotRingIsNotPickedUp(world: Simulation) -> None:
    house = House(world)
    house.pickUp(tag="another")
    assert house.carol.final.status == 481


def test_whoTalksIsNotRobbedOfTheCall(world: Simulation) -> None:
    house = House(world)
    answer = responseTo(house.bob.of("INVITE"), 200, tag="bobs", body=offerBody(BOB))
    house.bob.send(answer, SIP)
    world.run(0.5)
    house.pickUp(flag=";early-only")
    assert house.carol.final.status == 486
    assert house.alice.cause is None
