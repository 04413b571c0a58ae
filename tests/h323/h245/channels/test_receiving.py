"""
The channels that the peer sends on.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.h245.messages import Message, request
from h323d.h323.h245.session import H245Session
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.h245peers import (
    RecordingOwner,
    mediaChannel,
    newSession,
    openChannel,
)

ULAW = ("audioData", ("g711Ulaw64k", 20))
MULTICAST = ("multicastAddress", mediaChannel("239.1.1.1", 5000)[1])


@pytest.mark.parametrize("sessionID", [0, 1])
def test_aPeersChannelIsAckedWithOurAddresses(sessionID: int) -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.received(openChannel(ULAW, sessionID=sessionID))
    ack = owner.last("openLogicalChannelAck")
    media = ack["forwardMultiplexAckParameters"][1]
    assert ack["forwardLogicalChannelNumber"] == 7
    assert media["mediaChannel"] == mediaChannel("192.0.2.1", 5000)
    assert media["mediaControlChannel"] == mediaChannel("192.0.2.1", 5001)
    assert media["sessionID"] == 1
    assert owner.receive is not None
    assert owner.receive.formats == {0: G711_ULAW}


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (openChannel(("videoData", ("h261VideoCapability", {
            "temporalSpatialTradeOffCapability": False,
            "maxBitRate": 100,
            "stillImageTransmission": False,
        }))), "dataTypeNotSupported"),
        (openChannel(("audioData", ("g722-64k", 20))), "dataTypeNotSupported"),
        (openChannel(("audioData", ("g711Ulaw64k", 240))), "dataTypeNotSupported"),
        (openChannel(("audioData", ("g728", 4))), "dataTypeNotSupported"),
        (openChannel(("nullData", None)), "dataTypeNotSupported"),
        (openChannel(ULAW, sessionID=255), "invalidSessionID"),
        (openChannel(ULAW, sessionID=2), "invalidSessionID"),
        (openChannel(ULAW, mediaChannel=MULTICAST), "multicastChannelNotAllowed"),
        (openChannel(ULAW, mediaControlChannel=MULTICAST), "multicastChannelNotAllowed"),
    ],
)  # fmt: skip
def test_anUnsuitableChannelIsRefusedWithItsCause(message: tuple[str, object], cause: str) -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.received(message)
    assert owner.last("openLogicalChannelReject")["cause"] == (cause, None)
    assert owner.receive is None
    assert not [name for name in session.states if name.startswith("LCSE in")]


def test_aBidirectionalChannelIsRefused() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    kind, (name, fields) = openChannel(ULAW)
    fields["reverseLogicalChannelParameters"] = {"dataType": ULAW}
    session.received((kind, (name, fields)))
    assert owner.last("openLogicalChannelReject")["cause"][0] == "unsuitableReverseParameters"


def test_channelsWithoutEndAreRefused() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    for number in range(1, 1000):
        session.received(openChannel(ULAW, number))
    assert owner.names().count("openLogicalChannelAck") == 4
    assert owner.names().count("openLogicalChannelReject") == 995
    assert len([name for name in session.states if name.startswith("LCSE in")]) == 4


def test_aSecondChannelTakesOverFromTheFirst() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.received(openChannel(ULAW, 7))
    session.received(openChannel(("audioData", ("g711Alaw64k", 20)), 8))
    session.received(request("closeLogicalChannel", {
        "forwardLogicalChannelNumber": 7, "source": ("user", None),
    }))  # fmt: skip
    assert owner.receive is not None
    assert owner.receive.formats == {8: G711_ALAW}
    assert owner.told == ["receiveReady", "receiveReady", "receiveReady"]


def test_closingWhatIsNotOpenIsAcknowledged() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    close = {"forwardLogicalChannelNumber": 9999, "source": ("user", None)}
    session.received(request("closeLogicalChannel", close))
    assert owner.names() == ["closeLogicalChannelAck"]


def test_aRepeatedOpenIsAckedAgainButReportedOnce() -> None:
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.received(openChannel(ULAW))
    session.received(openChannel(ULAW))
    assert owner.names().count("openLogicalChannelAck") == 2
    assert owner.told == ["receiveReady"]


def test_aCloseThatComesWhileWeAcknowledgeWaitsItsTurn() -> None:
    class Hasty(RecordingOwner):
        session: H245Session

        def sendControl(self, message: Message) -> None:
            super().sendControl(message)
            if self.names()[-1] == "openLogicalChannelAck":
                close = {"forwardLogicalChannelNumber": 7, "source": ("user", None)}
                self.session.received(request("closeLogicalChannel", close))

    owner = Hasty()
    owner.session = newSession(owner, Clock())
    owner.session.received(openChannel(ULAW))
    assert owner.told == ["receiveReady", "receiveStopped"]
    assert owner.names() == ["openLogicalChannelAck", "closeLogicalChannelAck"]
