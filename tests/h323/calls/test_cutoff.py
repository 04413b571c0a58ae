"""
Calls over TLS whose connection is lost as the process of ours dies that served it.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.cutoff import GRACE, PAUSE
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.config import H323Config
from h323d.h323.gatekept import Gatekept
from h323d.h323.signalling import messages
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from tests.support.h245peers import soundAt
from tests.support.h323 import PROFILE, Party, ScriptedCallee, ScriptedPeer, Side
from tests.support.network import SimulatedNetwork
from tests.support.sealed import KEYS, Served, sealedStreams

OURS, THEIRS = "10.0.0.1", "10.0.0.70"
TLS = 1300  # the port
CONFIG = H323Config(tlsPort=TLS, certificate="ours.pem", privateKey="ours.key")
OFFER = Start(
    fastStart=offerFastStart(
        PROFILE, soundAt(TransportAddress(THEIRS, 5000), TransportAddress(THEIRS, 5001))
    ).elements
)


class House:
    """
    An endpoint whose connections over TLS can be lost, and a peer that takes calls over TLS.
    """

    def __init__(self, network: SimulatedNetwork) -> None:
        self.network = network
        self.served = Served()
        there = TransportAddress(THEIRS, TLS)
        self.side = Side(
            network,
            OURS,
            CONFIG,
            secure=sealedStreams(network.host(OURS), self.served),
            gatekept=Gatekept(secureAddressOf=lambda plain: there),
        )
        self.theirs = sealedStreams(network.host(THEIRS))
        self.callee = ScriptedCallee(network, THEIRS, TLS, self.theirs.listener)
        self.party = Party()

    def call(self) -> None:
        """
        We call, and are answered.
        """
        self.ring()
        self.callee.connect(OFFER)

    def ring(self) -> None:
        originator = self.side.endpoint.originator
        way = Way("h323", TransportAddress(THEIRS, 1720))
        originator.originate(newCallID(random.Random(1)), (), way, PROFILE, self.party)
        self.callee.settle()

    def caller(self, host: str = THEIRS) -> ScriptedPeer:
        """
        Somebody calls, and is answered.
        """
        opener = sealedStreams(self.network.host(host)).opener
        peer = ScriptedPeer(self.network, host, TransportAddress(OURS, TLS), opener)
        peer.source = TransportAddress(host, 1720)
        peer.setup(OFFER)
        return peer

    def die(self) -> None:
        self.served.die()
        self.callee.settle()

    def wait(self, seconds: float) -> None:
        self.network.clock.pump([0.5] * round(2 * seconds))

    @property
    def ports(self) -> int:
        return len(self.side.pool.ports)


@pytest.fixture
def house(network: SimulatedNetwork) -> House:
    return House(network)


def test_aCallThatIsCutOffIsConnectedAgainAndAskedAfter(house: House) -> None:
    house.call()
    reference = house.callee.reference
    house.die()
    message, content = house.callee.received[-1]
    assert (message.messageType, message.callReference) == (MessageType.STATUS_INQUIRY, reference)
    assert content.callIdentifier == house.callee.identity.callIdentifier


def test_aPeerThatHasItStillGoesOnWithIt(house: House, clock: Clock) -> None:
    house.call()
    house.die()
    house.callee.send(messages.status(CallNumber.ACTIVE, Cause.RESPONSE_TO_STATUS_ENQUIRY))
    house.wait(2 * GRACE)
    assert (house.party.cause, house.ports) == (None, 1)
    (leg,) = house.side.endpoint.legs
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    house.wait(5)
    assert house.callee.kinds[-1] is MessageType.RELEASE_COMPLETE
    assert (house.party.cause, house.ports) == (Cause.NORMAL_CALL_CLEARING, 0)
    assert clock.getDelayedCalls() == []


def test_aPeerThatDoesNotKnowItAnyMoreEndsIt(house: House) -> None:
    house.call()
    house.die()
    house.callee.send(messages.status(CallNumber.NULL, Cause.RESPONSE_TO_STATUS_ENQUIRY))
    assert (house.party.cause, house.ports) == (Cause.MESSAGE_IN_WRONG_STATE, 0)


def test_whoCannotBeReachedHasMediaForTheGrace(house: House, clock: Clock) -> None:
    house.call()
    house.callee.stop()
    house.die()
    house.wait(GRACE - 1)
    assert (house.party.cause, house.ports) == (None, 1)
    house.wait(2)
    assert (house.party.cause, house.ports) == (Cause.DESTINATION_OUT_OF_ORDER, 0)
    house.wait(2 * PAUSE)
    assert clock.getDelayedCalls() == []


def test_whoCanBeReachedAgainIsFoundWithinTheGrace(house: House) -> None:
    house.call()
    house.callee.stop()
    house.die()
    again = ScriptedCallee(house.network, THEIRS, TLS, house.theirs.listener)
    house.wait(PAUSE + 1)
    assert again.kinds == [MessageType.STATUS_INQUIRY]


def test_whoeverElseAnswersThereIsToldNothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.call()
    count = len(house.callee.received)
    monkeypatch.setitem(KEYS, THEIRS, b"another")
    house.die()
    house.wait(GRACE + 1)
    assert house.callee.received[count:] == []
    assert house.party.cause is Cause.DESTINATION_OUT_OF_ORDER


def test_aCallThatIsHungUpMeanwhileIsNotConnectedAgain(house: House, clock: Clock) -> None:
    house.call()
    house.callee.stop()
    house.die()
    (leg,) = house.side.endpoint.legs
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    house.wait(5)
    assert (house.party.cause, house.ports) == (Cause.NORMAL_CALL_CLEARING, 0)
    assert clock.getDelayedCalls() == []


def test_aCallThatIsNotAnsweredEndsWithItsConnection(house: House) -> None:
    house.ring()
    house.die()
    assert house.party.cause is Cause.TEMPORARY_FAILURE


def test_aPeerThatClosesItsConnectionHasHungUp(house: House) -> None:
    house.call()
    house.callee.close()
    assert house.party.cause is Cause.TEMPORARY_FAILURE


def test_aCallerIsCalledBackWhereItTakesCalls(house: House) -> None:
    caller = house.caller()
    house.callee.toOriginator = False  # it has chosen the reference
    house.die()
    message, _ = house.callee.received[-1]
    assert message.messageType == MessageType.STATUS_INQUIRY
    assert (message.callReference, message.toOriginator) == (caller.reference, True)


def test_aCallerThatCallsAgainTakesItsOwnPlace(house: House) -> None:
    house.callee.stop()
    house.caller()
    house.die()
    house.caller()
    first, second = (party.leg for party in house.side.parties)
    assert second is not None
    assert second.replaces is not None
    assert second.replaces.leg is first


def test_aStrangerDoesNotTakeItsPlace(house: House) -> None:
    house.callee.stop()
    house.caller()
    house.die()
    house.caller("10.0.0.66")
    leg = house.side.parties[-1].leg
    assert leg is not None
    assert leg.replaces is None
