"""
A session beside fast connect.
"""

from __future__ import annotations

from twisted.internet.task import Clock

from h323d.h323.calls.faststart import answerFastStart, offerFastStart, readAnswer
from h323d.h323.h245.msdse import MSDRole
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import (
    PROFILE,
    Pair,
    flowing,
    joined,
    soundAt,
)

ALAW_FIRST = MediaProfile.audio((G711_ALAW, G711_ULAW))


def test_fastStartChannelsBecomeTheSessions() -> None:
    pair = fastStarted()
    pair.start()
    pair.run(1)
    for owner in pair.owners:
        assert "openLogicalChannel" not in owner.names()
        assert owner.transmit is not None  # reported again, with what the set says of events
        assert owner.transmit.telephoneEventType == 101
    pair.sessions[1].changeProfile(PROFILE.directed(Direction.SENDONLY))
    pair.run(1)
    assert pair.owners[0].transmit is None
    pair.sessions[1].changeProfile(PROFILE)
    pair.run(1)
    assert pair.owners[0].transmit is not None
    assert pair.owners[1].last("openLogicalChannelAck")["forwardLogicalChannelNumber"] != 101
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_fastStartChannelsCanChangeTheirFormat() -> None:
    pair = fastStarted()
    pair.start()
    pair.run(1)
    pair.sessions[0].changeProfile(MediaProfile.audio((G711_ALAW,)))
    pair.run(1)
    assert flowing(pair) == [("PCMA", "PCMA"), ("PCMA", "PCMA")]
    pair.stop()


def fastStarted() -> Pair:
    pair = Pair(Clock())
    addresses = [
        (TransportAddress(f"192.0.2.{n}", 5000), TransportAddress(f"192.0.2.{n}", 5001))
        for n in (1, 2)
    ]
    offer = offerFastStart(PROFILE, soundAt(*addresses[0]))
    called = answerFastStart(offer.elements, PROFILE, soundAt(*addresses[1]))
    pair.sessions[0].adoptFastStart(readAnswer(offer, called.elements))
    pair.sessions[1].adoptFastStart(called)
    return pair


def test_noChannelIsOpenedBesideAnUndecidedFastConnect() -> None:
    pair = Pair(Clock())
    pair.sessions[0].start(openChannels=False)
    pair.sessions[1].start()
    pair.run(1)
    assert pair.sessions[0].role is MSDRole.SLAVE
    assert "openLogicalChannel" not in pair.owners[0].names()
    pair.sessions[0].openChannels()
    pair.run(1)
    assert flowing(pair) == [("PCMU", "PCMU"), ("PCMU", "PCMU")]
    pair.stop()


def test_aFastConnectThatComesTooLateChangesNothing() -> None:
    pair = joined()
    before = pair.sessions[0].states
    addresses = (TransportAddress("192.0.2.9", 5000), TransportAddress("192.0.2.9", 5001))
    offer = offerFastStart(ALAW_FIRST, soundAt(*addresses))
    pair.sessions[0].adoptFastStart(
        answerFastStart(offer.elements, ALAW_FIRST, soundAt(*addresses))
    )
    assert pair.sessions[0].states == before
    pair.stop()
    assert pair.clock.getDelayedCalls() == []
