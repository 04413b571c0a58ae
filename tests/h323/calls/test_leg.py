"""
Legs: commands, reports, digits, hold, and every way to end.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.legs import ILeg, IOriginator, LegDirection
from h323d.call.media import IMediaPortObserver, PortStatistics
from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.calls.leg import H323Leg
from h323d.h323.config import H323Config
from h323d.h323.signalling import messages, q931, reading, tpkt, uuie
from h323d.h323.signalling.addresses import Choice, transportToValue
from h323d.h323.signalling.elements import ProgressIndicator, encodeKeypad
from h323d.h323.signalling.q931 import IE, Element, MessageType
from h323d.h323.signalling.uuie import CallIdentity, Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from tests.support.h245peers import soundAt
from tests.support.h323 import KIND, PROFILE, Party, ScriptedCallee, ScriptedPeer, Side
from tests.support.network import SimulatedNetwork

CALLED = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
TUNNEL_ONLY = StartUpOptions(fastStart=False)
FAST_ONLY = StartUpOptions(tunnelling=False)
THEIR_RTP = TransportAddress("10.0.0.9", 5000)
THEIR_RTCP = TransportAddress("10.0.0.9", 5001)
OFFER = Start(fastStart=offerFastStart(PROFILE, soundAt(THEIR_RTP, THEIR_RTCP)).elements)


@pytest.fixture
def caller(network: SimulatedNetwork) -> Side:
    return Side(network, "10.0.0.2", seed=2)


@pytest.fixture
def callee(network: SimulatedNetwork) -> Side:
    return Side(network, "10.0.0.1")


@pytest.fixture
def patient(network: SimulatedNetwork) -> Side:
    """
    One whose legs wait to be told what to do.
    """
    return Side(network, "10.0.0.3", answers=False)


def settle(clock: Clock) -> None:
    clock.pump([0.005] * 40)


def call(
    side: Side, target: TransportAddress | None, options: StartUpOptions | None = None
) -> tuple[H323Leg, Party]:
    party = Party()
    way = Way("h323", target, (CALLED,))
    leg = side.endpoint.originator.originate(CallID("c1"), (), way, PROFILE, party, options=options)
    settle(side.host.network.clock)
    return leg, party


def joined(
    caller: Side, callee: Side, options: StartUpOptions | None = None
) -> tuple[Party, Party]:
    _, near = call(caller, callee.endpoint.address, options)
    near.leg = next(iter(caller.endpoint.legs))
    return near, callee.parties[-1]


def legOf(party: Party) -> ILeg:
    assert party.leg is not None
    return party.leg


def happenings(party: Party) -> list[str]:
    """
    What was reported, each once: media is ready anew when H.245 adds telephone events.
    """
    return list(dict.fromkeys(party.reports))


# What a leg is.


def test_aLegKeepsItsInterfaces(caller: Side, callee: Side) -> None:
    near, far = joined(caller, callee)
    for party in (near, far):
        assert verifyObject(ILeg, party.leg)
        assert verifyObject(IMediaPortObserver, party.leg)
    assert verifyObject(IOriginator, caller.endpoint.originator)


def test_aLegKnowsWhoCallsWhom(caller: Side, callee: Side) -> None:
    near, far = joined(caller, callee)
    leg = legOf(far)
    assert leg.direction is LegDirection.INCOMING
    assert leg.calling == (PartyAddress(AddressKind.H323_ID, "h323d"),)
    assert leg.called == (CALLED,)
    assert leg.displayName == "h323d"
    assert leg.peer.host == "10.0.0.2"
    assert legOf(near).direction is LegDirection.OUTGOING
    assert legOf(near).displayName == "h323d"
    assert leg.state == legOf(near).state == "active"


def test_originateCallsWhatTheNameSays(caller: Side, callee: Side, clock: Clock) -> None:
    party = Party()
    name = PartyAddress(AddressKind.URL, "h323:80001@10.0.0.1")
    caller.endpoint.originator.originate(
        CallID("c1"), (), Way("h323", None, (name,)), PROFILE, party
    )
    settle(clock)
    assert happenings(party) == ["answered", "mediaReady"]
    assert legOf(callee.parties[0]).called[0].number == "80001"


def test_aNameTooLongForAnElementIsStillCalled(caller: Side, callee: Side, clock: Clock) -> None:
    party = Party()
    name = PartyAddress(AddressKind.DIALLED_DIGITS, "1" * 300)
    way = Way("h323", callee.endpoint.address, (name,))
    caller.endpoint.originator.originate(CallID("c1"), (), way, PROFILE, party)
    settle(clock)
    assert "answered" in party.reports


# How a call proceeds.


def test_proceedAlertAnswerAreTold(caller: Side, patient: Side, clock: Clock) -> None:
    _, near = call(caller, patient.endpoint.address)
    leg = legOf(patient.parties[0])
    for command in (leg.proceed, lambda: leg.alert(None), lambda: leg.answer(PROFILE)):
        command()
        settle(clock)
    assert happenings(near) == ["proceeding", "alerting", "answered", "mediaReady"]


def test_earlyMediaFlowsBeforeTheAnswer(caller: Side, patient: Side, clock: Clock) -> None:
    _, near = call(caller, patient.endpoint.address)
    leg = legOf(patient.parties[0])
    leg.alert(PROFILE)
    settle(clock)
    assert happenings(near) == ["alerting", "mediaReady"]
    assert near.streams[-1].direction is Direction.SENDRECV
    leg.answer(PROFILE)
    settle(clock)
    assert happenings(near) == ["alerting", "mediaReady", "answered"]


def test_earlyMediaIsMarkedInBand(network: SimulatedNetwork, patient: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", patient.endpoint.address)
    peer.setup(OFFER)
    legOf(patient.parties[0]).alert(PROFILE)
    peer.settle()
    message, content = peer.received[0]
    assert message.messageType == MessageType.ALERTING
    assert ProgressIndicator.decode(message.contents(IE.PROGRESS_INDICATOR) or b"").description == 8
    assert content.start.fastStart


def test_earlyMediaAfterRingingIsAProgress(network: SimulatedNetwork, patient: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", patient.endpoint.address)
    peer.setup(OFFER)
    leg = legOf(patient.parties[0])
    leg.alert(None)
    leg.alert(PROFILE)
    peer.settle()
    assert peer.kinds[:2] == [MessageType.ALERTING, MessageType.PROGRESS]
    assert peer.received[1][1].start.fastStart


def test_itsPortsHaveThePriorityThatItIsGiven(caller: Side, patient: Side, clock: Clock) -> None:
    call(caller, patient.endpoint.address)
    leg = legOf(patient.parties[-1])
    leg.prioritize(Priority.HIGH)
    leg.answer(PROFILE)
    settle(clock)
    assert [each.priority for each in patient.pool.ports] == [Priority.HIGH]


def test_theAnswerLeavesInTheSameTurn(network: SimulatedNetwork, patient: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", patient.endpoint.address)
    peer.setup(OFFER)
    written: list[bytes] = []
    network.observers.append(lambda kind, source, destination, data: written.append(data))
    legOf(patient.parties[0]).answer(PROFILE)
    assert q931.decode(written[0][tpkt.HEADER_LENGTH :]).messageType == MessageType.CONNECT


def test_commandsTwiceOrTooLateAreIgnored(caller: Side, callee: Side, clock: Clock) -> None:
    _, far = joined(caller, callee)
    leg = legOf(far)
    leg.answer(PROFILE)
    leg.alert(None)
    leg.proceed()
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    leg.hangup(Cause.USER_BUSY)
    settle(clock)
    for late in (leg.proceed, lambda: leg.answer(PROFILE), lambda: leg.changeMedia(PROFILE)):
        late()
    leg.sendDigit("1", 100)
    leg.reject(Cause.USER_BUSY)
    assert far.reports.count("answered") == 1
    assert far.cause is Cause.NORMAL_CALL_CLEARING


# How a call ends.


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(Cause.USER_BUSY, "inConf"), (Cause.CALL_REJECTED, "destinationRejection")],
)
def test_aRejectionTellsCauseAndReason(
    network: SimulatedNetwork, patient: Side, cause: Cause, reason: str
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", patient.endpoint.address)
    peer.setup()
    legOf(patient.parties[0]).reject(cause)
    peer.settle()
    assert peer.kinds == [MessageType.RELEASE_COMPLETE]
    assert peer.cause == cause
    assert peer.received[0][1].reason == reason


def test_theCallerLearnsTheCause(caller: Side, patient: Side, clock: Clock) -> None:
    _, near = call(caller, patient.endpoint.address)
    legOf(patient.parties[0]).reject(Cause.USER_BUSY)
    settle(clock)
    assert near.reports == ["released"]
    assert near.cause is Cause.USER_BUSY


def test_aCallerMayGiveUp(caller: Side, patient: Side, clock: Clock) -> None:
    leg, near = call(caller, patient.endpoint.address)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    settle(clock)
    assert near.cause is Cause.NORMAL_CALL_CLEARING
    assert patient.parties[0].cause is Cause.NORMAL_CALL_CLEARING


def test_aCallerMayGiveUpWhileConnecting(caller: Side, clock: Clock) -> None:
    party = Party()
    nowhere = Way("h323", TransportAddress("10.0.0.77", 1720), (CALLED,))
    leg = caller.endpoint.originator.originate(CallID("c1"), (), nowhere, PROFILE, party)
    clock.advance(0)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    settle(clock)
    assert party.cause is Cause.NORMAL_CALL_CLEARING
    caller.endpoint.close()
    assert clock.getDelayedCalls() == []


def test_noAnswerAtTheAddressReleases(caller: Side) -> None:
    _, near = call(caller, TransportAddress("10.0.0.77", 1720))
    assert near.reports == ["released"]
    assert near.cause is Cause.DESTINATION_OUT_OF_ORDER


def test_aNameWithoutAnAddressHasNoRoute(caller: Side) -> None:
    _, near = call(caller, None)
    assert near.cause is Cause.NO_ROUTE_TO_DESTINATION


def test_noPortsRefuseTheCall(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", ports=0)
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    assert peer.cause == Cause.RESOURCE_UNAVAILABLE
    assert side.parties[0].cause is Cause.RESOURCE_UNAVAILABLE


def test_endSessionIsWaitedForThreeSeconds(network: SimulatedNetwork, caller: Side) -> None:
    mute = ScriptedCallee(network, "10.0.0.9")
    leg, near = call(caller, mute.address, TUNNEL_ONLY)
    mute.connect(tunnelling=True)
    capabilities = mute.received[-1][1].h245Control[0]
    mute.say(MessageType.FACILITY, uuie.EMPTY, True, [capabilities])  # so that H.245 is alive
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    mute.settle()
    assert mute.tunnelled[-1] == "endSessionCommand"
    assert near.cause is None
    mute.clock.advance(2.9)
    assert near.cause is None
    mute.clock.advance(0.1)
    assert near.cause is Cause.NORMAL_CALL_CLEARING
    mute.settle()
    assert mute.kinds[-1] is MessageType.RELEASE_COMPLETE


def test_aPeerWithoutH245IsReleasedAtOnce(network: SimulatedNetwork, caller: Side) -> None:
    mute = ScriptedCallee(network, "10.0.0.9")
    leg, near = call(caller, mute.address, TUNNEL_ONLY)
    mute.connect(tunnelling=True)
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    assert near.cause is Cause.NORMAL_CALL_CLEARING


def test_whoLeavesEndsItsCallsInOrder(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    callee.endpoint.leave()
    assert far.cause is None  # before H.245 has ended
    settle(clock)
    assert near.cause is far.cause is Cause.NORMAL_CALL_CLEARING
    assert not len(callee.endpoint.legs)


def test_closingTheEndpointReleasesAll(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    callee.endpoint.close()
    settle(clock)
    assert near.cause is far.cause is Cause.NORMAL_CALL_CLEARING
    caller.endpoint.close()
    settle(clock)
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [(None, 8.0), (MessageType.CALL_PROCEEDING, 120.0), (MessageType.ALERTING, 180.0)],
)
def test_aSilentCalleeIsGivenUpOnTheSecond(
    network: SimulatedNetwork, caller: Side, answer: MessageType | None, seconds: float
) -> None:
    mute = ScriptedCallee(network, "10.0.0.9")
    call(caller, mute.address)
    party = Party()
    leg = next(iter(caller.endpoint.legs))
    leg.observe(party)
    start = mute.clock.seconds() - 0.2  # what the set-up of the connection took at most
    if answer is not None:
        start = mute.clock.seconds()
        mute.say(answer, uuie.EMPTY)
    mute.clock.advance(start + seconds - mute.clock.seconds() - 0.001)
    assert party.cause is None
    mute.clock.advance(0.25)
    assert party.cause is Cause.RECOVERY_ON_TIMER_EXPIRY


def test_silenceEndsTheCallAfterFiveMinutes(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    clock.advance(290.0)
    callee.pool.ports[0].figures = PortStatistics(silence=300.0)
    assert far.cause is None
    clock.pump([1.0] * 11)
    settle(clock)
    assert far.cause is near.cause is Cause.RECOVERY_ON_TIMER_EXPIRY


def test_aPortThatFailsEndsTheCall(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    port = callee.pool.ports[0]
    port.observer.portFailed(port, RemoteProtocolError(Cause.RESOURCE_UNAVAILABLE, "no keys"))
    settle(clock)
    assert far.cause is near.cause is Cause.RESOURCE_UNAVAILABLE


def test_noCommonFormatEndsTheCall(network: SimulatedNetwork, caller: Side, clock: Clock) -> None:
    other = Side(network, "10.0.0.1", answers=False)
    _, near = call(caller, other.endpoint.address, TUNNEL_ONLY)
    legOf(other.parties[0]).answer(MediaProfile.audio((MediaFormat("G729"),)))
    settle(clock)
    clock.pump([31.0, 0.1, 0.1, 4.0, 0.1])
    assert near.cause is not None


# Digits.


def test_digitsGoAsSignalsToWhoTakesEventsToo(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    legOf(far).sendDigit("5", 200)
    clock.pump([0.1] * 5)
    assert near.digits == [("5", DigitMethod.H245_SIGNAL)]
    assert callee.pool.ports[0].digits == []


def test_digitsGoAsEventsWhereThatIsWished(caller: Side, callee: Side, clock: Clock) -> None:
    _, far = joined(caller, callee)
    legOf(far).sendDigit("5", 200, DigitMethod.RTP_EVENT)
    assert callee.pool.ports[0].digits == [("5", 200)]


@pytest.mark.parametrize(
    "method", [DigitMethod.H245_ALPHANUMERIC, DigitMethod.H245_SIGNAL, DigitMethod.Q931_KEYPAD]
)
def test_digitsTravelByEachWay(
    caller: Side, callee: Side, clock: Clock, method: DigitMethod
) -> None:
    near, far = joined(caller, callee)
    for digit in "1*#":
        legOf(far).sendDigit(digit, 100, method)
        clock.pump([0.1] * 5)
    assert near.digits == [("1", method), ("*", method), ("#", method)]


def test_withoutH245ADigitIsAKeypadElement(network: SimulatedNetwork, patient: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", patient.endpoint.address)
    peer.setup(OFFER, tunnelling=False)
    leg = legOf(patient.parties[0])
    leg.answer(PROFILE)
    leg.sendDigit("7", 100)
    peer.settle()
    message, _ = peer.received[-1]
    assert message.messageType == MessageType.INFORMATION
    assert message.contents(IE.KEYPAD_FACILITY) == b"7"


def test_keypadDigitsAreReported(network: SimulatedNetwork, callee: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", callee.endpoint.address)
    peer.setup()
    keypad = Element(IE.KEYPAD_FACILITY, encodeKeypad("12#x"))
    peer.send(messages.make(MessageType.INFORMATION, None, [keypad]))
    assert [digit for digit, _ in callee.parties[0].digits] == ["1", "2", "#"]


def test_aDigitByTwoWaysIsReportedOnce(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee)
    legOf(near).sendDigit("9", 100, DigitMethod.H245_ALPHANUMERIC)
    legOf(near).sendDigit("9", 100, DigitMethod.Q931_KEYPAD)
    port = callee.pool.ports[0]
    port.observer.portDigit(port, "9", 100)
    settle(clock)
    assert [digit for digit, _ in far.digits] == ["9"]


# Hold.


def test_aHeldPeerStopsAndComesBack(caller: Side, callee: Side, clock: Clock) -> None:
    near, far = joined(caller, callee, TUNNEL_ONLY)
    legOf(near).changeMedia(PROFILE.directed(Direction.INACTIVE))
    settle(clock)
    assert (far.reports[-1:], legOf(far).held) == (["mediaLost"], True)
    here, there = caller.pool.ports[0], callee.pool.ports[0]
    assert there.stream.transmit is None
    assert here.stream == Stream()
    assert near.reports[-1:] == ["mediaLost"]
    legOf(near).changeMedia(PROFILE)
    settle(clock)
    assert there.stream.direction is Direction.SENDRECV
    assert here.stream.direction is Direction.SENDRECV
    assert near.reports[-1:] == ["mediaReady"]
    assert (far.reports[-1:], legOf(far).held) == (["mediaReady"], False)


def test_holdAfterFastStartWorksToo(caller: Side, callee: Side, clock: Clock) -> None:
    _, far = joined(caller, callee)
    legOf(far).changeMedia(PROFILE.directed(Direction.INACTIVE))
    settle(clock)
    assert caller.pool.ports[0].stream.transmit is None
    legOf(far).changeMedia(PROFILE)
    settle(clock)
    assert caller.pool.ports[0].stream.direction is Direction.SENDRECV
    assert callee.pool.ports[0].stream.direction is Direction.SENDRECV


# Bad input inside a call.


def test_unreadableH245IsCountedAndTheCallGoesOn(network: SimulatedNetwork, callee: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", callee.endpoint.address)
    peer.setup(OFFER)
    peer.say(MessageType.FACILITY, uuie.EMPTY, True, [b"", b"\xff" * 20])
    assert [fault.door for fault in callee.faults] == ["h245", "h245"]
    assert callee.endpoint.complaints.count == 2
    assert callee.parties[0].cause is None


def test_aRedirectionReleasesTheCall(network: SimulatedNetwork, caller: Side) -> None:
    other = ScriptedCallee(network, "10.0.0.9")
    _, near = call(caller, other.address)
    other.say(MessageType.FACILITY, uuie.facility(other.identity, "callForwarded"))
    assert near.cause is Cause.REDIRECTION_TO_NEW_DESTINATION


def forwarding(identity: CallIdentity, reason: str, *aliases: Any, to: Any = None) -> Choice:
    """
    A Facility that sends a call elsewhere.
    """
    name, fields = uuie.facility(identity, reason)
    if aliases:
        fields["alternativeAliasAddress"] = list(aliases)
    if to is not None:
        fields["alternativeAddress"] = transportToValue(to)
    return name, fields


def test_whoIsTransferredLeavesThatToItsObserver(network: SimulatedNetwork, caller: Side) -> None:
    other = ScriptedCallee(network, "10.0.0.9")
    _, near = call(caller, other.address)
    other.connect()
    carol = ("dialledDigits", "3000")
    other.say(MessageType.FACILITY, forwarding(other.identity, "callForwarded", carol))
    assert near.transfers == [
        Way("h323", None, (PartyAddress(AddressKind.DIALLED_DIGITS, "3000"),))
    ]
    assert near.cause is None


def test_throughAGatekeeperTheSamePartyIsMeant(network: SimulatedNetwork, caller: Side) -> None:
    other = ScriptedCallee(network, "10.0.0.9")
    _, near = call(caller, other.address)
    other.connect()
    there = TransportAddress("10.0.0.8", 1720)
    body = forwarding(other.identity, "routeCallToGatekeeper", to=there)
    other.say(MessageType.FACILITY, body)
    assert near.transfers == [Way("h323", there, (CALLED,))]


def test_whoWasCalledIsSentToAnAddressWithoutAName(network: SimulatedNetwork, callee: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", callee.endpoint.address)
    peer.setup(OFFER)
    there = TransportAddress("10.0.0.8", 1720)
    peer.say(MessageType.FACILITY, forwarding(peer.identity, "callForwarded", to=there))
    host = PartyAddress(AddressKind.TRANSPORT, "10.0.0.8:1720")
    assert callee.parties[0].transfers == [Way("h323", there, (host,))]


@pytest.mark.parametrize(
    ("reason", "to"),
    [
        ("callForwarded", None),
        ("callForwarded", TransportAddress("224.0.0.1", 1720)),
        ("routeCallToMC", TransportAddress("10.0.0.8", 1720)),
        ("undefinedReason", TransportAddress("10.0.0.8", 1720)),
    ],
)
def test_whatNamesNobodyToCallIsNoTransfer(
    network: SimulatedNetwork, callee: Side, reason: str, to: TransportAddress | None
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", callee.endpoint.address)
    peer.setup(OFFER)
    peer.say(MessageType.FACILITY, forwarding(peer.identity, reason, to=to))
    assert callee.parties[0].transfers == []


def test_whoLeavesForAnotherCallSaysThatItWasDeflected(
    network: SimulatedNetwork, caller: Side
) -> None:
    other = ScriptedCallee(network, "10.0.0.9")
    leg, near = call(caller, other.address)
    leg.hangup(Cause.REDIRECTION_TO_NEW_DESTINATION)
    other.settle()
    message, content = other.received[-1]
    assert content.reason == "facilityCallDeflection"
    assert reading.causeOfElement(message.contents(IE.CAUSE) or b"") is Cause.NORMAL_CALL_CLEARING
    assert near.cause is Cause.REDIRECTION_TO_NEW_DESTINATION


def test_aPeerOfVersionOneHasNoCallIdentifier(network: SimulatedNetwork, callee: Side) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", callee.endpoint.address)
    name, fields = uuie.setup(peer.identity, KIND, uuie.SetupParties((), ()), Start())
    for key in (
        "callIdentifier",
        "mediaWaitForConnect",
        "canOverlapSend",
        "multipleCalls",
        "maintainConnection",
    ):
        del fields[key]
    peer.say(MessageType.SETUP, (name, fields), False)
    assert peer.kinds[0] is MessageType.CONNECT
    (leg,) = callee.endpoint.legs
    assert len(leg.identity.callIdentifier) == 16


def test_withoutFastStartTheOfferIsRefusedAloud(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", H323Config(fastStart=False))
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup(OFFER)
    _, content = peer.received[0]
    assert content.start.fastConnectRefused
    assert not content.start.fastStart
