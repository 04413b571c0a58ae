"""
The endpoint as a peer sees it on the wire.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.call.applications import PASSED, Door
from h323d.call.ways import Way
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.config import H323Config
from h323d.h323.gatekept import Gatekept
from h323d.h323.signalling import messages
from h323d.h323.signalling.connection import SignallingCall, SignallingConnection
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import Content, Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import newCallID
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW
from tests.support.fakegate import FakeGate
from tests.support.h245peers import soundAt
from tests.support.h323 import (
    PROFILE,
    Party,
    ScriptedCallee,
    ScriptedControl,
    ScriptedPeer,
    Side,
)
from tests.support.network import SimulatedNetwork
from tests.support.sealed import KEYS, sealedStreams

THEIR_RTP = TransportAddress("10.0.0.9", 5000)
THEIR_RTCP = TransportAddress("10.0.0.9", 5001)
OFFER = Start(fastStart=offerFastStart(PROFILE, soundAt(THEIR_RTP, THEIR_RTCP)).elements)


@pytest.fixture
def side(network: SimulatedNetwork) -> Side:
    return Side(network, "10.0.0.1")


@pytest.fixture
def peer(network: SimulatedNetwork, side: Side) -> ScriptedPeer:
    return ScriptedPeer(network, "10.0.0.9", side.endpoint.address)


def test_aFastStartIsAnsweredInConnect(side: Side, peer: ScriptedPeer) -> None:
    peer.setup(OFFER)
    message, content = peer.received[0]
    assert message.messageType == MessageType.CONNECT
    assert len(content.start.fastStart) == 2
    assert content.callIdentifier == peer.identity.callIdentifier


def test_aFastStartOpensMediaBothWays(side: Side, peer: ScriptedPeer) -> None:
    peer.setup(OFFER)
    (party,) = side.parties
    assert party.reports == ["answered", "mediaReady"]
    (stream,) = party.streams
    assert stream.direction is Direction.SENDRECV
    assert stream.transmit is not None
    assert stream.transmit.format == G711_ULAW
    assert stream.transmit.rtp == THEIR_RTP


def test_aReleaseFreesEverything(side: Side, peer: ScriptedPeer, clock: Clock) -> None:
    peer.setup(OFFER, tunnelling=False)
    (party,) = side.parties
    assert party.leg is not None
    party.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    clock.pump([0.01] * 3)
    assert peer.kinds[-1] is MessageType.RELEASE_COMPLETE
    assert party.cause is Cause.NORMAL_CALL_CLEARING
    assert side.pool.ports == []
    assert not len(side.endpoint.legs)
    clock.pump([20.0, 1.0, 1.0])
    assert peer.closed is not None
    assert clock.getDelayedCalls() == []


def test_aCallIsEndedByItsIdentifier(side: Side, peer: ScriptedPeer, clock: Clock) -> None:
    peer.setup()
    side.endpoint.legs.hangup(bytes(16), Cause.DESTINATION_OUT_OF_ORDER)
    assert side.parties[0].cause is None
    side.endpoint.legs.hangup(peer.identity.callIdentifier, Cause.DESTINATION_OUT_OF_ORDER)
    clock.pump([0.5] * 20)
    assert side.parties[0].cause is Cause.DESTINATION_OUT_OF_ORDER
    side.endpoint.legs.hangup(peer.identity.callIdentifier, Cause.NORMAL_UNSPECIFIED)  # it is over


def test_aReloadedConfigurationCountsForTheNextCall(network: SimulatedNetwork, side: Side) -> None:
    first = ScriptedPeer(network, "10.0.0.8", side.endpoint.address)
    first.setup(OFFER)
    side.endpoint.prepare(H323Config(fastStart=False, maxCalls=2)).commit()
    second = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    second.setup(OFFER)
    third = ScriptedPeer(network, "10.0.0.7", side.endpoint.address)
    third.setup(OFFER)
    assert first.received[0][1].start.fastStart
    assert second.received[0][1].start.fastConnectRefused
    assert third.cause == Cause.RESOURCE_UNAVAILABLE


class Router:
    """
    Routes every call whose called party is somebody else's.
    """

    def __init__(self) -> None:
        self.messages: list[int] = []
        self.takes = True
        self.lost: str | None = None
        self.gone: list[bytes] = []

    def takesSetup(self, connection: SignallingConnection, setup: IncomingSetup) -> bool:
        return self.takes

    def legsGone(self, callIdentifier: bytes) -> None:
        self.gone.append(callIdentifier)

    def routeSetup(
        self, connection: SignallingConnection, message: Q931Message, setup: IncomingSetup
    ) -> SignallingCall | None:
        return self if setup.called[0].number == "80001" else None

    def messageReceived(self, message: Q931Message, content: Content) -> None:
        self.messages.append(message.messageType)

    def connectionOpened(self, connection: SignallingConnection) -> None:
        raise AssertionError("it is open already")

    def connectionLost(self, reason: str) -> None:
        self.lost = reason


def test_aCallThatMayNotComeFromThereIsRejected(network: SimulatedNetwork) -> None:
    router = Router()
    router.takes = False
    side = Side(network, "10.0.0.1", gatekept=Gatekept(router))
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup(OFFER)
    assert side.parties == []
    assert peer.cause == Cause.CALL_REJECTED


def test_aRoutedCallIsNoLegOfOurs(network: SimulatedNetwork) -> None:
    router = Router()
    side = Side(network, "10.0.0.1", gatekept=Gatekept(router))
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup(OFFER)
    peer.send(messages.make(MessageType.NOTIFY, None))
    peer.close()
    assert side.parties == []
    assert peer.received == []
    assert router.messages == [MessageType.NOTIFY]
    assert router.lost is not None


class Secured:
    """
    An endpoint that calls one that takes calls over TLS at one of two ports, and over TCP.
    """

    PLAIN, SECURE = TransportAddress("10.0.0.9", 1720), TransportAddress("10.0.0.9", 1300)

    def __init__(self, network: SimulatedNetwork, says: TransportAddress | None) -> None:
        """
        @param says: where the other end is said to take TLS.
        """
        secure = sealedStreams(network.host("10.0.0.1"))
        side = Side(
            network,
            "10.0.0.1",
            secure=secure,
            gatekept=Gatekept(secureAddressOf=lambda plain: says),
        )
        listener = sealedStreams(network.host("10.0.0.9")).listener
        self.plain = ScriptedCallee(network, "10.0.0.9")
        self.secure = ScriptedCallee(network, "10.0.0.9", 1300, listener)
        self.party = Party()
        way = Way("h323", self.PLAIN, (PartyAddress(AddressKind.DIALLED_DIGITS, "2000"),))
        self.leg = side.endpoint.originator.originate(
            newCallID(random.Random(1)), (), way, PROFILE, self.party
        )
        self.secure.settle()


def test_whoTakesTLSIsCalledOverTLS(network: SimulatedNetwork) -> None:
    secured = Secured(network, Secured.SECURE)
    assert (secured.plain.kinds, secured.secure.kinds) == ([], [MessageType.SETUP])
    assert secured.leg.peer == Secured.SECURE
    secured.secure.connect()
    assert secured.party.reports == ["answered"]


def test_whoDoesNotIsCalledOverTCP(network: SimulatedNetwork) -> None:
    secured = Secured(network, None)
    assert (secured.plain.kinds, secured.secure.kinds) == ([MessageType.SETUP], [])


def test_whereTLSFailsTCPIsNotTried(network: SimulatedNetwork) -> None:
    secured = Secured(network, TransportAddress("10.0.0.9", 1301))
    assert (secured.plain.kinds, secured.secure.kinds) == ([], [])
    assert secured.party.reports == ["released"]


def test_theH245OfACallOverTLSIsOverTLS(network: SimulatedNetwork) -> None:
    secured = Secured(network, Secured.SECURE)
    control = ScriptedControl(
        network, "10.0.0.9", None, sealedStreams(network.host("10.0.0.9")).listener
    )
    secured.secure.connect(Start(h245Address=control.address))
    assert "terminalCapabilitySet" in control.names


def test_whoCallsOverTLSProvesTheirKey(network: SimulatedNetwork) -> None:
    config = H323Config(tlsPort=1300, certificate="ours.pem", privateKey="ours.key")
    side = Side(network, "10.0.0.1", config, secure=sealedStreams(network.host("10.0.0.1")))
    opener = sealedStreams(network.host("10.0.0.70")).opener
    peer = ScriptedPeer(network, "10.0.0.70", TransportAddress("10.0.0.1", 1300), opener)
    peer.setup()
    leg = side.parties[0].leg
    assert leg is not None
    assert [(each.scheme, each.key) for each in leg.proofs] == [("tls", KEYS["10.0.0.70"])]


def test_whoIsCalledOverTLSProvesTheirKeyWithTheAnswer(network: SimulatedNetwork) -> None:
    there = TransportAddress("10.0.0.70", 1300)
    gatekept = Gatekept(secureAddressOf=lambda plain: there)
    secure = sealedStreams(network.host("10.0.0.1"))
    side = Side(network, "10.0.0.1", secure=secure, gatekept=gatekept)
    callee = ScriptedCallee(
        network, "10.0.0.70", 1300, sealedStreams(network.host("10.0.0.70")).listener
    )
    way = Way("h323", TransportAddress("10.0.0.70", 1720))
    party = Party()
    leg = side.endpoint.originator.originate(newCallID(random.Random(1)), (), way, PROFILE, party)
    callee.settle()
    callee.connect()
    application = leg.answerApplication()
    assert (application.door, application.source) == (Door.ANSWER, there)
    assert [each.key for each in application.proofs] == [KEYS["10.0.0.70"]]


@pytest.mark.parametrize("isAsked", [True, False])
@pytest.mark.parametrize("key", [KEYS["10.0.0.70"], b"another"])
def test_whereWhoAnswersIsAskedTheirH245ShowsTheSameKey(
    network: SimulatedNetwork, monkeypatch: pytest.MonkeyPatch, key: bytes, isAsked: bool
) -> None:
    there = TransportAddress("10.0.0.70", 1300)
    gatekept = Gatekept(secureAddressOf=lambda plain: there)
    secure = sealedStreams(network.host("10.0.0.1"))
    gates = (FakeGate(PASSED, (Door.ANSWER,)),) if isAsked else ()
    side = Side(network, "10.0.0.1", secure=secure, gatekept=gatekept, gates=gates)
    listener = sealedStreams(network.host("10.0.0.70")).listener
    callee = ScriptedCallee(network, "10.0.0.70", 1300, listener)
    way = Way("h323", TransportAddress("10.0.0.70", 1720))
    side.endpoint.originator.originate(newCallID(random.Random(1)), (), way, PROFILE, Party())
    callee.settle()
    monkeypatch.setitem(KEYS, "10.0.0.70", key)
    control = ScriptedControl(network, "10.0.0.70", None, listener)
    callee.connect(Start(h245Address=control.address))
    isTheirs = key != b"another"
    assert bool(control.names) is (isTheirs or not isAsked)
