"""
Two endpoints call each other, also over a network that loses and reorders.
"""

from __future__ import annotations

import pytest

from h323d.call.legs import ILeg
from h323d.sip.config import SIPConfig
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.network import Conditions
from tests.support.sippeers import PROFILE, SIPWorld


def test_aCallIsAnsweredAndEnded() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    assert log.said == ["answered", "media"]
    leg.hangup(Cause.USER_BUSY)
    world.run(0.1)
    assert bob.logs[0].said == ["answered", "media", "released"]
    assert bob.logs[0].causes == [Cause.USER_BUSY]
    assert world.firstLines("10.0.0.1") == [
        "INVITE sip:80001@10.0.0.2",
        "ACK sip:h323d@10.0.0.2:5060",
        "BYE sip:h323d@10.0.0.2:5060",
    ]
    world.settle()


def test_whatOneSendsIsWhatTheOtherExpects() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    (ours,), (theirs,) = log.streams, bob.logs[0].streams
    assert ours.transmit is not None
    assert theirs.transmit is not None
    assert ours.transmit.rtp == bob.pool.ports[0].rtp
    assert theirs.transmit.rtp == alice.pool.ports[0].rtp
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_theyHoldAndResumeInTurn() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    world.run(0.1)
    leg.changeMedia(PROFILE)
    world.run(0.1)
    assert bob.logs[0].said == ["answered", "media", "lost", "media"]
    assert bob.logs[0].streams[-1].direction == Direction.SENDRECV
    bob.legs[0].changeMedia(PROFILE.directed(Direction.SENDONLY))
    world.run(0.1)
    assert (log.said[-1], leg.held) == ("lost", True)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


@pytest.mark.parametrize("preferUpdate", [False, True])
def test_glareResolvesItself(preferUpdate: bool) -> None:
    world = SIPWorld()
    config = SIPConfig(preferUpdate=preferUpdate)
    alice, bob = world.peer("10.0.0.1", config), world.peer("10.0.0.2", config)
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    leg.changeMedia(MediaProfile.audio((G711_ULAW, G711_ALAW), packetMs=30))
    bob.legs[0].changeMedia(MediaProfile.audio((G711_ULAW, G711_ALAW), packetMs=40))
    world.run(8)
    offers = "UPDATE" if preferUpdate else "INVITE"
    refused = [line for line in world.firstLines("10.0.0.1") if line == "SIP/2.0 491"]
    assert len(refused) == 1
    assert sum(line.startswith(offers) for line in world.firstLines("10.0.0.2")) == 2
    assert "released" not in log.said
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_digitsGoByEventsAndNotTwice() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    leg, _ = alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    leg.sendDigit("1", 100)
    leg.sendDigit("2", 100, DigitMethod.SIP_INFO)
    world.run(0.1)
    assert alice.pool.ports[0].digits == [("1", 100)]
    assert bob.logs[0].digits == [("2", 100, DigitMethod.SIP_INFO)]
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_stoppingLeavesNothingBehind() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    alice.call("sip:80001@10.0.0.2")
    world.run(0.1)
    for peer in (alice, bob):
        for leg in peer.endpoint.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)
        peer.endpoint.close()
    world.run(0.1)
    world.settle()


@pytest.mark.parametrize("seed", range(12))
def test_callsSurviveLossAndReordering(seed: int) -> None:
    world = SIPWorld(Conditions(loss=0.15, delay=0.02, spread=0.2), seed=seed)
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    ringing: list[ILeg] = []

    def ring(leg: ILeg) -> None:
        leg.alert(None)
        ringing.append(leg)
        world.clock.callLater(1.0, leg.answer, PROFILE)

    bob.onOffer = ring
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.run(20, step=0.05)
    assert "answered" in log.said
    assert "media" in log.said
    assert len(bob.legs) == 1
    leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    world.run(20, step=0.05)
    assert bob.logs[0].said[-1] == "lost"
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.run(40, step=0.05)
    assert (log.said.count("released"), bob.logs[0].said.count("released")) == (1, 1)
    world.settle()


@pytest.mark.parametrize("seed", range(12))
def test_aCancelledCallReleasesBothSidesWhateverIsLost(seed: int) -> None:
    world = SIPWorld(Conditions(loss=0.2, delay=0.02, spread=0.1), seed=seed)
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")

    def ring(leg: ILeg) -> None:
        leg.alert(None)
        world.clock.callLater(0.5, leg.answer, PROFILE)

    bob.onOffer = ring
    leg, log = alice.call("sip:80001@10.0.0.2")
    world.clock.callLater(0.5, leg.hangup, Cause.NORMAL_CALL_CLEARING)
    world.run(80, step=0.05)
    assert log.said[-1] == "released"
    assert log.said.count("released") == 1
    for other in bob.logs:
        assert other.said.count("released") == 1
    world.settle()


def test_theSameSeedGivesTheSameOctets() -> None:
    def trace() -> list[tuple[float, str, bytes]]:
        world = SIPWorld(Conditions(loss=0.2, spread=0.1), seed=5)
        alice, _ = world.peer("10.0.0.1"), world.peer("10.0.0.2")
        leg, _ = alice.call("sip:80001@10.0.0.2")
        world.run(5)
        leg.hangup(Cause.NORMAL_CALL_CLEARING)
        world.settle()
        return world.sent

    assert trace() == trace()
