"""
The channel that we send on, and what a peer can answer to it.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.h323.h245.lcse import T103
from h323d.h323.h245.messages import Message, request, response
from h323d.h323.h245.owner import H245Failure
from h323d.h323.h245.session import H245Session
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import (
    PROFILE,
    RecordingOwner,
    acknowledge,
    alone,
    mediaChannel,
    openChannel,
)


def test_anAckWithoutRTCPIsTolerated() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    assert owner.transmit is not None
    assert owner.transmit.rtp == TransportAddress("192.0.2.2", 5000)
    assert owner.transmit.rtcp is None
    session.stop()


@pytest.mark.parametrize(
    "media",
    [
        {},
        {"mediaChannel": mediaChannel("0.0.0.0", 5000)},
        {"mediaChannel": mediaChannel("192.0.2.2", 0)},
        {"mediaChannel": mediaChannel("255.255.255.255", 5000)},
        {"mediaChannel": mediaChannel("239.1.1.1", 5000)},
        {"mediaChannel": ("multicastAddress", mediaChannel("239.1.1.1", 5000)[1])},
    ],
)
def test_anAckThatNamesNoUsableAddressIsNotUsed(media: dict[str, object]) -> None:
    clock, owner, session = alone()
    session.received(acknowledge(101, **media))
    assert owner.transmit is None
    assert owner.names()[-1] == "closeLogicalChannel"
    session.received(response("closeLogicalChannelAck", {"forwardLogicalChannelNumber": 101}))
    second = owner.last("openLogicalChannel")
    assert second["forwardLogicalChannelParameters"]["dataType"] == (
        "audioData",
        ("g711Alaw64k", 20),
    )
    session.stop()
    assert clock.getDelayedCalls() == []


def test_answersForUnknownChannelsChangeNothing() -> None:
    _clock, owner, session = alone()
    before = len(owner.sent)
    session.received(acknowledge(9999, mediaChannel=mediaChannel("192.0.2.66", 6666)))
    session.received(
        response(
            "openLogicalChannelReject",
            {"forwardLogicalChannelNumber": 9999, "cause": ("unspecified", None)},
        )
    )
    session.received(response("closeLogicalChannelAck", {"forwardLogicalChannelNumber": 9999}))
    assert len(owner.sent) == before
    assert owner.transmit is None
    session.stop()


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        ("dataTypeNotSupported", H245Failure.NO_CHANNEL),
        ("insufficientBandwidth", H245Failure.NO_BANDWIDTH),
    ],
)
def test_refusedFormatsAreTriedInTurnUntilNoneIsLeft(cause: str, failure: H245Failure) -> None:
    _clock, owner, session = alone()
    tried = []
    for number in (101, 102):
        tried.append(
            owner.last("openLogicalChannel")["forwardLogicalChannelParameters"]["dataType"][1][0]
        )
        session.received(
            response(
                "openLogicalChannelReject",
                {"forwardLogicalChannelNumber": number, "cause": (cause, None)},
            )
        )
    assert tried == ["g711Ulaw64k", "g711Alaw64k"]
    assert owner.failures == [failure]
    session.stop()


def test_aSlaveTakesTheMastersFormatAfterAConflict() -> None:
    _clock, owner, session = alone(MediaProfile.audio((G711_ULAW, G711_ALAW)))
    session.received(openChannel(("audioData", ("g711Alaw64k", 20))))
    session.received(
        response(
            "openLogicalChannelReject",
            {"forwardLogicalChannelNumber": 101, "cause": ("masterSlaveConflict", None)},
        )
    )
    again = owner.last("openLogicalChannel")["forwardLogicalChannelParameters"]
    assert again["dataType"] == ("audioData", ("g711Alaw64k", 20))
    session.stop()


def test_anUnansweredOpenFailsAfterT103() -> None:
    clock, owner, session = alone()
    clock.advance(T103)
    assert owner.failures == [H245Failure.NO_CHANNEL]
    assert owner.last("closeLogicalChannel")["source"] == ("lcse", None)
    session.stop()


def test_aPeerMayAskUsToCloseOurChannel() -> None:
    _clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    ask = {"forwardLogicalChannelNumber": 101, "reason": ("normal", None)}
    session.received(request("requestChannelClose", ask))
    assert owner.names()[-2:] == ["requestChannelCloseAck", "closeLogicalChannel"]
    assert owner.told[-1] == "transmitStopped"
    session.received(request("requestChannelClose", ask))
    assert owner.names()[-1] == "requestChannelCloseReject"
    assert owner.failures == []
    session.stop()


def established() -> tuple[Clock, RecordingOwner, H245Session]:
    """
    A session whose first channel, 101, is open.
    """
    clock, owner, session = alone()
    session.received(acknowledge(101, mediaChannel=mediaChannel("192.0.2.2", 5000)))
    return clock, owner, session


def lastOpened(owner: RecordingOwner) -> str:
    forward = owner.last("openLogicalChannel")["forwardLogicalChannelParameters"]
    coding: str = forward["dataType"][1][0]
    return coding


def closeAck(number: int) -> Message:
    return response("closeLogicalChannelAck", {"forwardLogicalChannelNumber": number})


def test_aNewChannelWaitsUntilTheOldOneIsClosed() -> None:
    _clock, owner, session = established()
    session.changeProfile(MediaProfile.audio((G711_ALAW,)))
    assert owner.names().count("openLogicalChannel") == 1
    session.received(closeAck(101))
    assert lastOpened(owner) == "g711Alaw64k"
    session.stop()


@pytest.mark.parametrize(
    ("reason", "coding"), [("normal", "g711Alaw64k"), ("reopen", "g711Ulaw64k")]
)
def test_aChannelClosedOnRequestIsReplacedAsTheReasonSays(reason: str, coding: str) -> None:
    _clock, owner, session = established()
    ask = {"forwardLogicalChannelNumber": 101, "reason": (reason, None)}
    session.received(request("requestChannelClose", ask))
    session.received(closeAck(101))
    assert owner.last("openLogicalChannel")["forwardLogicalChannelNumber"] == 102
    assert lastOpened(owner) == coding
    session.stop()


def test_newCapabilitiesMakeRefusedFormatsWorthAnotherTry() -> None:
    _clock, owner, session = alone()
    for number in (101, 102):
        session.received(
            response(
                "openLogicalChannelReject",
                {"forwardLogicalChannelNumber": number, "cause": ("dataTypeNotSupported", None)},
            )
        )
    assert owner.failures == [H245Failure.NO_CHANNEL]
    session.received(request("terminalCapabilitySet", capabilitySet(PROFILE, 2)))
    assert owner.last("openLogicalChannel")["forwardLogicalChannelNumber"] == 103
    session.stop()


def test_aSetWithoutAudioHoldsACallThatHadSome() -> None:
    _clock, owner, session = established()
    session.received(request("terminalCapabilitySet", capabilitySet(MediaProfile.audio(()), 2)))
    session.received(closeAck(101))
    assert owner.told[-1] == "transmitStopped"
    assert owner.failures == []
    session.stop()


def test_nothingIsOpenedWhileAChannelIsBeingClosed() -> None:
    _clock, owner, session = established()
    session.changeProfile(MediaProfile.audio((G711_ALAW,)))
    session.received(request("terminalCapabilitySet", capabilitySet(PROFILE, 2)))
    assert owner.names().count("openLogicalChannel") == 1
    session.received(closeAck(101))
    assert owner.names().count("openLogicalChannel") == 2
    session.stop()
