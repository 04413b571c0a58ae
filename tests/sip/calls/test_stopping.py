"""
An endpoint that stops in the middle of a call, whatever the state of the call.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from h323d import tracing
from h323d.call.legs import ILeg
from h323d.call.lookups import HostRecord
from h323d.sip.calls import calledsession, callingsession
from h323d.sip.calls.originator import SIPOriginator
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from tests.support.lookups import LIFETIME, FakeNames
from tests.support.sippeers import PROFILE, SERVER, LegLog, SIPWorld, offerBody, request, responseTo

NORMAL = Cause.NORMAL_CALL_CLEARING
HELD = PROFILE.directed(Direction.SENDONLY)


class Call:
    """
    A call between the endpoint and a scripted peer, to or from it.
    """

    leg: ILeg
    log: LegLog

    def __init__(self) -> None:
        self.world = SIPWorld()
        self.peer = self.world.peer("10.0.0.1")
        self.peer.onOffer = lambda leg: None
        self.script = self.world.script("10.0.0.3")

    def called(self) -> None:
        self.send(request("INVITE", body=offerBody()))
        self.leg, self.log = self.peer.legs[0], self.peer.logs[0]

    def accepted(self) -> None:
        self.called()
        self.leg.answer(PROFILE)
        self.world.run(0.1)

    def established(self) -> None:
        self.accepted()
        answer = self.script.messages[-1]
        assert isinstance(answer, SIPResponse)
        self.tag = answer.toAddress.tag or ""
        self.send(request("ACK", branch="z9hG4bKack", toTag=self.tag))

    def calling(self, target: str = "sip:b@10.0.0.3") -> None:
        self.leg, self.log = self.peer.call(target)
        self.world.run(0.1)

    def ringing(self) -> None:
        self.calling()
        self.answer(180)

    def changing(self) -> None:
        self.established()
        self.leg.changeMedia(HELD)
        self.world.run(0.1)

    def answer(self, status: int) -> None:
        asked = [each for each in self.script.messages if isinstance(each, SIPRequest)]
        self.script.send(responseTo(asked[-1], status), SERVER)
        self.world.run(0.1)

    def send(self, text: str) -> None:
        self.script.send(text, SERVER)
        self.world.run(0.1)

    def hangup(self) -> None:
        self.leg.hangup(NORMAL)
        self.world.run(0.1)


def notYetBegun(call: Call) -> None:
    call.leg, call.log = call.peer.call("sip:b@10.0.0.3")


def offered(call: Call) -> None:
    call.called()


def ringingWithEarlyMedia(call: Call) -> None:
    call.called()
    call.leg.alert(PROFILE)
    call.world.run(0.1)


def accepted(call: Call) -> None:
    call.accepted()


def hungUpBeforeTheAck(call: Call) -> None:
    call.accepted()
    call.hangup()


def established(call: Call) -> None:
    call.established()


def changing(call: Call) -> None:
    call.changing()


def waitingAfterA491(call: Call) -> None:
    call.changing()
    call.answer(491)


def changedByThePeerWithoutAnAck(call: Call) -> None:
    call.established()
    body = offerBody(direction="sendonly")
    call.send(request("INVITE", branch="z9hG4bK2", cseq=2, toTag=call.tag, body=body))


def callingNobody(call: Call) -> None:
    call.calling("sip:b@10.0.0.9")


def ringing(call: Call) -> None:
    call.ringing()


def abandoned(call: Call) -> None:
    call.calling()
    call.hangup()


def cancelled(call: Call) -> None:
    call.ringing()
    call.hangup()


def hungUp(call: Call) -> None:
    call.established()
    call.hangup()


def refused(call: Call) -> None:
    call.calling()
    call.answer(486)


SCENES: tuple[tuple[Callable[[Call], None], str], ...] = (
    (notYetBegun, "idle"),
    (offered, "offered"),
    (ringingWithEarlyMedia, "offered"),
    (accepted, "accepted"),
    (hungUpBeforeTheAck, "endingUnacknowledged"),
    (established, "established"),
    (changing, "established"),
    (waitingAfterA491, "established"),
    (changedByThePeerWithoutAnAck, "established"),
    (callingNobody, "calling"),
    (ringing, "proceeding"),
    (abandoned, "abandoning"),
    (cancelled, "cancelling"),
    (hungUp, "ended"),
    (refused, "ended"),
)


def test_everyStateOfASessionHasAScene() -> None:
    states = tracing.states(calledsession.MACHINE) | tracing.states(callingsession.MACHINE)
    assert {state for _, state in SCENES} == states


@pytest.mark.parametrize(("scene", "state"), SCENES, ids=[scene.__name__ for scene, _ in SCENES])
def test_nothingIsLeftWhenTheEndpointStops(scene: Callable[[Call], None], state: str) -> None:
    call = Call()
    scene(call)
    assert call.leg.state == state
    call.peer.endpoint.close()
    call.world.run(0.01)  # what is on its way
    assert call.world.clock.getDelayedCalls() == []
    assert call.peer.pool.ports == []
    assert call.peer.endpoint.legs == ()
    assert call.peer.endpoint.transactions == (0, 0)
    assert call.leg.state == "ended"
    assert call.log.said.count("released") == 1


def test_whoIsStillThereIsHungUpOnWithoutWaiting() -> None:
    call = Call()
    call.established()
    call.peer.endpoint.close()
    call.world.run(0.01)  # what is on its way
    assert call.world.clock.getDelayedCalls() == []
    assert call.script.methods[-1] == "BYE"


def test_whoLeavesWaitsForTheAnswerToItsBYE() -> None:
    call = Call()
    call.established()
    call.peer.endpoint.leave()
    call.world.run(0.1)
    assert call.log.said.count("released") == 1
    assert (call.script.methods[-1], call.peer.endpoint.transactions[1]) == ("BYE", 1)
    call.answer(200)
    assert call.peer.endpoint.legs == ()
    call.peer.endpoint.close()


def test_whatAStoppedLegIsAskedForDoesNothing() -> None:
    call = Call()
    call.established()
    call.peer.endpoint.close()
    call.world.run(0.01)  # what is on its way
    sent = len(call.world.sent)
    call.leg.alert(PROFILE)
    call.leg.answer(PROFILE)
    call.leg.changeMedia(HELD)
    call.leg.sendDigit("1", 100)
    call.leg.hangup(NORMAL)
    assert len(call.world.sent) == sent
    assert call.peer.pool.ports == []
    assert call.world.clock.getDelayedCalls() == []


def test_anAddressThatIsFoundTooLateIsNotCalled() -> None:
    call = Call()
    names = FakeNames()
    found = names.wait("far.example")
    call.peer.originator = SIPOriginator(call.peer.endpoint, names)
    call.calling("sip:b@far.example;transport=tcp")
    call.peer.endpoint.close()
    found.callback((HostRecord("10.0.0.3", LIFETIME),))
    assert call.log.said == ["released"]
    assert call.world.clock.getDelayedCalls() == []
