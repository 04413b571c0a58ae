"""
A SIP call with pictures beside its sound: offered, accepted, refused, held, closed.
"""

from __future__ import annotations

import pytest

from h323d.call.legs import ILeg
from h323d.call.media import PortStatistics
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile
from tests.support.pictures import PICTURE, PICTURES, SEEN, SOUND
from tests.support.sippeers import LegLog, Peer, SIPWorld


class Call:
    """
    Alice has called Bob.

    @ivar leg: hers.
    @ivar bobsLeg: his.
    """

    def __init__(self, hers: MediaProfile, his: MediaProfile) -> None:
        self.world = SIPWorld()
        self.alice, self.bob = self.world.peer("10.0.0.1"), self.world.peer("10.0.0.2")
        self.his = his
        self.bob.onOffer = self.answer
        self.leg, self.log = self.alice.call("sip:80001@10.0.0.2", hers)
        self.world.run(0.1)

    def answer(self, leg: ILeg) -> None:
        leg.answer(self.his)

    @property
    def bobsLeg(self) -> ILeg:
        return self.bob.legs[0]

    @property
    def bobsLog(self) -> LegLog:
        return self.bob.logs[0]

    def change(self, profile: MediaProfile) -> None:
        self.leg.changeMedia(profile)
        self.world.run(0.1)

    def end(self) -> None:
        self.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.settle()


def media(log: LegLog) -> list[Medium]:
    return [stream.medium for stream in log.streams]


def flowing(peer: Peer) -> dict[Medium, Direction]:
    return {port.medium: port.stream.direction for port in peer.pool.ports}


def held(direction: Direction) -> MediaProfile:
    """
    Sound goes on, and pictures another way.
    """
    return MediaProfile((*SOUND.media, MediumProfile(Medium.VIDEO, (PICTURE,), direction)))


def test_picturesAreOfferedAndAccepted() -> None:
    call = Call(SEEN, SEEN)
    for log in (call.log, call.bobsLog):
        assert log.said == ["answered", "media", "media"]
        assert media(log) == [Medium.AUDIO, Medium.VIDEO]
    shown = call.log.streams[1].transmit
    assert shown is not None
    (port,) = (port for port in call.bob.pool.ports if port.medium is Medium.VIDEO)
    assert (shown.format, shown.rtp) == (PICTURE, port.rtp)
    call.end()


def test_picturesAreRefusedByWhoHasNone() -> None:
    call = Call(SEEN, SOUND)
    assert media(call.log) == media(call.bobsLog) == [Medium.AUDIO]
    assert flowing(call.alice)[Medium.VIDEO] is Direction.INACTIVE
    assert flowing(call.bob) == {Medium.AUDIO: Direction.SENDRECV}
    assert not call.leg.held
    call.end()


def test_whoIsNotOfferedPicturesOpensNoPortForThem() -> None:
    call = Call(SOUND, SEEN)
    assert flowing(call.bob) == {Medium.AUDIO: Direction.SENDRECV}
    call.end()


def test_picturesAreRefusedByWhoHasNoPortLeft() -> None:
    world = SIPWorld()
    alice, bob = world.peer("10.0.0.1"), world.peer("10.0.0.2")
    bob.pool.left = 1
    bob.onOffer = lambda leg: leg.answer(SEEN)
    leg, log = alice.call("sip:80001@10.0.0.2", SEEN)
    world.run(0.1)
    assert (media(log), media(bob.logs[0])) == ([Medium.AUDIO], [Medium.AUDIO])
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    world.settle()


def test_picturesJoinACallThatStands() -> None:
    call = Call(SOUND, SEEN)
    call.change(SEEN)
    for log in (call.log, call.bobsLog):
        assert media(log) == [Medium.AUDIO, Medium.VIDEO]
    call.end()


def test_theCallerClosesItsPictures() -> None:
    call = Call(SEEN, SEEN)
    call.change(SOUND)
    for leg, log in ((call.leg, call.log), (call.bobsLeg, call.bobsLog)):
        assert (log.said[-1], log.lost, leg.held) == ("lost", [Medium.VIDEO], False)
    assert flowing(call.bob) == {
        Medium.AUDIO: Direction.SENDRECV,
        Medium.VIDEO: Direction.INACTIVE,
    }
    call.end()


def test_picturesComeBackOnTheSamePort() -> None:
    call = Call(SEEN, SEEN)
    before = [port.rtp for port in call.alice.pool.ports]
    call.change(SOUND)
    call.change(SEEN)
    assert media(call.bobsLog) == [Medium.AUDIO, Medium.VIDEO, Medium.VIDEO]
    assert [port.rtp for port in call.alice.pool.ports] == before
    call.end()


@pytest.mark.parametrize("direction", [Direction.INACTIVE, Direction.SENDONLY])
def test_picturesOnHoldAreNoCallOnHold(direction: Direction) -> None:
    call = Call(SEEN, SEEN)
    call.change(held(direction))
    assert (call.bobsLog.lost, call.bobsLeg.held) == ([Medium.VIDEO], False)
    assert flowing(call.bob)[Medium.AUDIO] is Direction.SENDRECV
    call.change(SEEN)
    assert media(call.bobsLog)[-1] is Medium.VIDEO
    call.end()


def test_aCallOnHoldHoldsAll() -> None:
    call = Call(SEEN, SEEN)
    call.change(SEEN.directed(Direction.INACTIVE))
    assert (call.bobsLog.lost, call.bobsLeg.held) == ([Medium.AUDIO, Medium.VIDEO], True)
    call.end()


def test_picturesAloneAreACall() -> None:
    call = Call(SEEN, MediaProfile((PICTURES,)))
    assert media(call.log) == media(call.bobsLog) == [Medium.VIDEO]
    call.end()


def test_whoIsSeenIsNotSilent() -> None:
    call = Call(SEEN, SEEN)
    heard, _ = call.bob.pool.ports
    heard.figures = PortStatistics(silence=400.0)
    call.world.run(400, step=1.0)
    assert "released" not in call.bobsLog.said
    call.end()
