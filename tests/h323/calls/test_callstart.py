"""
Two endpoints, and every pair of ways to start a call.
"""

from __future__ import annotations

import itertools
import random

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h225, h245
from h323d.call.ways import Way
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.calls.leg import H323Leg
from h323d.h323.calls.startup import EARLY_GRACE, MEDIA_GUARD
from h323d.h323.config import H323Config
from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.h323.h245.link import MAXIMUM_EARLY
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.q931 import IE, MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.direction import Direction
from tests.support.h245peers import soundAt
from tests.support.h323 import (
    KIND,
    PROFILE,
    Party,
    ScriptedCallee,
    ScriptedControl,
    ScriptedPeer,
    Side,
)
from tests.support.network import Conditions, SimulatedNetwork

CALLED = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
BOTH = [False, True]
CALLERS = [StartUpOptions(*flags) for flags in itertools.product(BOTH, BOTH, BOTH)]
CALLEES = [
    H323Config(fastStart=fastStart, tunnelling=tunnelling)
    for fastStart, tunnelling in itertools.product(BOTH, BOTH)
]


def call(caller: Side, callee: Side, options: StartUpOptions) -> tuple[H323Leg, Party]:
    party = Party()
    way = Way("h323", callee.endpoint.address, (CALLED,))
    leg = caller.endpoint.originator.originate(
        CallID("c1"), (), way, PROFILE, party, options=options
    )
    return leg, party


def name(value: StartUpOptions | H323Config) -> str:
    words = ["fast" if value.fastStart else "slow", "tunnel" if value.tunnelling else "separate"]
    if isinstance(value, StartUpOptions) and value.earlyH245:
        words.append("early")
    return "-".join(words)


@pytest.mark.parametrize("callerFirst", BOTH, ids=["calleeEnds", "callerEnds"])
@pytest.mark.parametrize("config", CALLEES, ids=name)
@pytest.mark.parametrize("options", CALLERS, ids=name)
def test_everyPairEndsInMediaAndACleanRelease(
    network: SimulatedNetwork,
    clock: Clock,
    options: StartUpOptions,
    config: H323Config,
    callerFirst: bool,
) -> None:
    caller = Side(network, "10.0.0.2", seed=2)
    callee = Side(network, "10.0.0.1", config)
    leg, near = call(caller, callee, options)
    clock.pump([0.005] * 40)

    (far,) = callee.parties
    assert far.leg is not None
    assert near.streams[-1].direction is Direction.SENDRECV
    assert far.streams[-1].direction is Direction.SENDRECV
    (nearPort,), (farPort,) = caller.pool.ports, callee.pool.ports
    assert nearPort.stream.transmit is not None
    assert nearPort.stream.transmit.rtp == farPort.rtp
    assert farPort.stream.transmit is not None
    assert farPort.stream.transmit.rtp == nearPort.rtp

    clock.advance(35)  # no timer of the start-up may end the call
    clock.pump([0.005] * 10)
    assert near.cause is None
    assert far.cause is None

    (leg if callerFirst else far.leg).hangup(Cause.NORMAL_CALL_CLEARING)
    clock.pump([0.005] * 40)
    assert near.cause is Cause.NORMAL_CALL_CLEARING
    assert far.cause is Cause.NORMAL_CALL_CLEARING
    assert caller.pool.ports == callee.pool.ports == []
    clock.pump([16.0, 1.0, 1.0])
    caller.endpoint.close()
    callee.endpoint.close()
    assert network.tcp == {}
    assert clock.getDelayedCalls() == []
    assert caller.faults == callee.faults == []


def spoken(packet: bytes) -> list[str]:
    """
    The names of the H.245 messages in a packet, tunnelled or not.
    """
    octets: tuple[bytes, ...] = (packet,)
    if packet[0] == q931.PROTOCOL_DISCRIMINATOR:
        content = uuie.read(q931.decode(packet).userUser or b"")
        octets = (*content.h245Control, *content.start.parallelH245Control)
    return [h245.decode("MultimediaSystemControlMessage", each)[1][0] for each in octets]


@pytest.mark.parametrize("config", CALLEES, ids=name)
@pytest.mark.parametrize("options", [o for o in CALLERS if not o.earlyH245], ids=name)
def test_h245BeginsOnceOnEachSide(
    network: SimulatedNetwork, clock: Clock, options: StartUpOptions, config: H323Config
) -> None:
    begun: list[str] = []

    def observe(kind: str, source: tuple[str, int], target: tuple[str, int], data: bytes) -> None:
        for packet in tpkt.TPKTReader().feed(data):
            begun.extend(source[0] for each in spoken(packet) if each == "terminalCapabilitySet")

    network.observers.append(observe)
    caller = Side(network, "10.0.0.2", seed=2)
    callee = Side(network, "10.0.0.1", config)
    call(caller, callee, options)
    clock.pump([0.005] * 100)
    assert sorted(begun) == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize("options", CALLERS, ids=name)
def test_aSlowNetworkThatCutsEverythingChangesNothing(
    clock: Clock, options: StartUpOptions
) -> None:
    network = SimulatedNetwork(clock, random.Random(1), Conditions(delay=0.12, fragment=9))
    caller = Side(network, "10.0.0.2", seed=2)
    callee = Side(network, "10.0.0.1")
    leg, near = call(caller, callee, options)
    clock.pump([0.03] * 100)
    assert near.streams[-1].direction is Direction.SENDRECV
    assert callee.parties[0].streams[-1].direction is Direction.SENDRECV
    leg.hangup(Cause.NORMAL_CALL_CLEARING)
    clock.pump([0.03] * 60)
    assert callee.parties[0].cause is near.cause is Cause.NORMAL_CALL_CLEARING
    assert caller.faults == callee.faults == []


# What a peer does that is not built as we are.


def place(network: SimulatedNetwork, options: StartUpOptions) -> tuple[Side, ScriptedCallee, Party]:
    side = Side(network, "10.0.0.2")
    peer = ScriptedCallee(network, "10.0.0.9")
    party = Party()
    way = Way("h323", peer.address, (CALLED,))
    party.leg = side.endpoint.originator.originate(
        CallID("c1"), (), way, PROFILE, party, options=options
    )
    peer.settle()
    return side, peer, party


SLOW = StartUpOptions(fastStart=False)
SEPARATE = StartUpOptions(fastStart=False, tunnelling=False)


def facilities(peer: ScriptedCallee) -> list[str | None]:
    return [
        content.reason
        for message, content in peer.received
        if message.messageType == MessageType.FACILITY and content.body == "facility"
    ]


def test_aConnectWithoutAnyWayIsFollowedByStartH245(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SLOW)
    peer.connect(tunnelling=False)
    assert facilities(peer) == ["startH245"]
    message, content = peer.received[-1]
    assert content.start.h245Address is not None
    assert content.tunnelling is False
    assert message.contents(IE.FACILITY) == b""


def test_h245IsSpokenOnTheChannelThatWeAskedFor(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SEPARATE)
    peer.connect(tunnelling=False)
    address = peer.received[-1][1].start.h245Address
    assert address is not None
    control = ScriptedControl(network, "10.0.0.9", address)
    assert control.names == ["terminalCapabilitySet", "masterSlaveDetermination"]


def test_anAddressInAnyMessageIsDialled(network: SimulatedNetwork) -> None:
    for kind, build in (
        (MessageType.CALL_PROCEEDING, uuie.callProceeding),
        (MessageType.ALERTING, uuie.alerting),
        (MessageType.PROGRESS, uuie.progress),
        (MessageType.CONNECT, uuie.connect),
    ):
        own = SimulatedNetwork(network.clock, random.Random(1))
        _, peer, _ = place(own, SEPARATE)
        control = ScriptedControl(own, "10.0.0.9", None)
        start = Start(h245Address=control.address)
        peer.say(kind, build(peer.identity, KIND, start), False)
        assert control.names == ["terminalCapabilitySet", "masterSlaveDetermination"]
        assert control.count == 1


def test_thePeersStartH245IsDialled(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SEPARATE)
    control = ScriptedControl(network, "10.0.0.9", None)
    facility = uuie.facility(peer.identity, "startH245", control.address)
    peer.say(MessageType.FACILITY, facility, False)
    assert control.count == 1


def test_h245NeverBeginsTwice(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SLOW)
    control = ScriptedControl(network, "10.0.0.9", None)
    start = Start(h245Address=control.address)
    peer.say(MessageType.ALERTING, uuie.alerting(peer.identity, KIND, start), True)
    assert peer.tunnelled == ["terminalCapabilitySet", "masterSlaveDetermination"]
    octets = peer.received[-1][1].h245Control[0]
    peer.say(MessageType.FACILITY, uuie.EMPTY, True, [octets])
    peer.connect(start, tunnelling=True)
    facility = uuie.facility(peer.identity, "startH245", control.address)
    peer.say(MessageType.FACILITY, facility, True)
    assert control.count == 0
    assert peer.tunnelled.count("masterSlaveDetermination") == 1


def test_ofTwoStartH245OneConnectionRemains(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SEPARATE)
    peer.connect(tunnelling=False)
    ours = peer.received[-1][1].start.h245Address
    assert ours is not None
    waiting = ScriptedControl(network, "10.0.0.9", None)
    facility = uuie.facility(peer.identity, "startH245", waiting.address)
    peer.say(MessageType.FACILITY, facility, False)
    assert waiting.count == 1  # 10.0.0.2 is smaller than 10.0.0.9: we connect
    late = ScriptedControl(network, "10.0.0.9", ours)
    assert late.names == []


def test_onceTunnellingIsRefusedItStaysOff(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SLOW)
    peer.say(MessageType.CALL_PROCEEDING, uuie.callProceeding(peer.identity, KIND, Start()), False)
    peer.say(MessageType.ALERTING, uuie.alerting(peer.identity, KIND, Start()), True)
    peer.connect(tunnelling=True)
    assert peer.tunnelled == []
    assert facilities(peer) == ["startH245"]
    assert peer.received[-1][1].tunnelling is False


def test_aProvisionalAnswerDoesNotDecideAboutTunnelling(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SLOW)
    body = uuie.callProceeding(peer.identity, KIND, Start())
    pdu = {
        "h323-message-body": body,
        "h245Tunnelling": False,
        "provisionalRespToH245Tunnelling": None,
    }
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
    peer.send(messages.make(MessageType.CALL_PROCEEDING, octets))
    peer.connect(tunnelling=True)
    assert peer.tunnelled == ["terminalCapabilitySet", "masterSlaveDetermination"]


def test_h245InSetupThatIsIgnoredIsSaidAgain(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(fastStart=False, earlyH245=True))
    assert peer.tunnelled == ["terminalCapabilitySet", "masterSlaveDetermination"]
    peer.connect(tunnelling=True)
    assert len(peer.tunnelled) == 2
    peer.clock.advance(EARLY_GRACE)
    peer.settle()
    assert peer.tunnelled[2:] == ["terminalCapabilitySet", "masterSlaveDetermination"]


def test_besideFastStartEarlyH245IsParallel(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(earlyH245=True))
    _, content = peer.received[0]
    assert content.start.fastStart
    assert len(content.start.parallelH245Control) == 2
    assert content.h245Control == ()


def test_h245InSetupThatIsRespondedToIsNotSaidAgain(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(fastStart=False, earlyH245=True))
    ack = ("response", ("terminalCapabilitySetAck", {"sequenceNumber": 1}))
    octets = [h245.encode("MultimediaSystemControlMessage", ack)]
    peer.say(MessageType.ALERTING, uuie.alerting(peer.identity, KIND, Start()), True, octets)
    peer.connect(tunnelling=True)
    peer.clock.advance(EARLY_GRACE)
    peer.settle()
    assert peer.tunnelled.count("masterSlaveDetermination") == 1


def test_aResponseAfterManyMessagesCountsAsOne(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(fastStart=False, earlyH245=True))
    keys = [("indication", ("userInput", ("alphanumeric", "1")))] * (2 * MAXIMUM_EARLY)
    ack = ("response", ("terminalCapabilitySetAck", {"sequenceNumber": 1}))
    octets = [h245.encode("MultimediaSystemControlMessage", each) for each in (*keys, ack)]
    peer.connect(tunnelling=True)
    peer.say(MessageType.FACILITY, uuie.EMPTY, True, octets)
    peer.clock.advance(EARLY_GRACE)
    peer.settle()
    assert peer.tunnelled.count("masterSlaveDetermination") == 1


def initialSignalling() -> list[bytes]:
    """
    Capabilities and the determination, and the answers to ours: channels may be opened then.
    """
    determination = {"terminalType": 50, "statusDeterminationNumber": 1}
    said = [
        ("request", ("terminalCapabilitySet", capabilitySet(PROFILE, 1))),
        ("request", ("masterSlaveDetermination", determination)),
        ("response", ("terminalCapabilitySetAck", {"sequenceNumber": 1})),
        ("response", ("masterSlaveDeterminationAck", {"decision": ("master", None)})),
    ]
    return [h245.encode("MultimediaSystemControlMessage", each) for each in said]


def test_besideAnUndecidedFastConnectNoChannelIsOpened(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(earlyH245=True))
    alerting = uuie.alerting(peer.identity, KIND, Start())
    peer.say(MessageType.ALERTING, alerting, True, initialSignalling())
    assert "terminalCapabilitySetAck" in peer.tunnelled
    assert "openLogicalChannel" not in peer.tunnelled
    peer.connect(Start(fastConnectRefused=True), tunnelling=True)
    assert peer.tunnelled.count("openLogicalChannel") == 1


def test_h245FromTheCalleeRefusesFastStart(network: SimulatedNetwork) -> None:
    side, peer, _ = place(network, StartUpOptions())
    octets = h245.encode(
        "MultimediaSystemControlMessage",
        (
            "request",
            ("masterSlaveDetermination", {"terminalType": 50, "statusDeterminationNumber": 1}),
        ),
    )
    (port,) = side.pool.ports
    assert port.stream.receive is not None  # as our offer says
    peer.say(MessageType.FACILITY, uuie.EMPTY, True, [octets])
    assert port.stream.receive is None
    assert "masterSlaveDeterminationAck" in peer.tunnelled


def test_startH245BeforeWeChooseIsFollowedOnceWeHave(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", answers=False)
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup(tunnelling=False)
    control = ScriptedControl(network, "10.0.0.9", None)
    facility = uuie.facility(peer.identity, "startH245", control.address)
    peer.say(MessageType.FACILITY, facility, False)
    assert control.names == []
    leg = side.parties[0].leg
    assert leg is not None
    leg.answer(PROFILE)
    peer.settle()
    assert control.names == ["terminalCapabilitySet", "masterSlaveDetermination"]


def test_startH245RefusesAnUndecidedFastStart(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(tunnelling=False))
    control = ScriptedControl(network, "10.0.0.9", None)
    facility = uuie.facility(peer.identity, "startH245", control.address)
    peer.say(MessageType.FACILITY, facility, False)
    for octets in initialSignalling():
        control.write(tpkt.encode(octets))
    assert "openLogicalChannel" in control.names  # before the Connect


def test_earlyH245WithoutTunnellingSaysWhereInTheSetup(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, StartUpOptions(False, False, earlyH245=True))
    _, setup = peer.received[0]
    assert setup.start.h245Address is not None


@pytest.mark.parametrize("answers", [[], initialSignalling()], ids=["silent", "dragging"])
def test_whoTakesH245BeforeTheAnswerAndOpensNoMediaIsGivenUp(
    network: SimulatedNetwork, clock: Clock, answers: list[bytes]
) -> None:
    _, peer, party = place(network, SLOW)
    proceeding = uuie.callProceeding(peer.identity, KIND, Start())
    peer.say(MessageType.CALL_PROCEEDING, proceeding, True)
    assert "terminalCapabilitySet" in peer.tunnelled
    peer.connect(tunnelling=True)
    clock.pump([1.0] * 20)
    if answers:
        peer.say(MessageType.FACILITY, uuie.EMPTY, True, answers)
        assert "openLogicalChannel" in peer.tunnelled
    clock.pump([1.0] * (int(MEDIA_GUARD) - 18))
    assert "endSessionCommand" in peer.tunnelled or party.cause is Cause.RECOVERY_ON_TIMER_EXPIRY


def test_theAnswerMayChangeWhatWasSaidWithEarlyMedia(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", answers=False)
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    rtp = TransportAddress("10.0.0.9", 5000)
    offer = offerFastStart(PROFILE, soundAt(rtp, TransportAddress("10.0.0.9", 5001)))
    peer.setup(Start(fastStart=offer.elements))
    leg = side.parties[0].leg
    assert leg is not None
    leg.alert(PROFILE)
    peer.settle()
    leg.answer(PROFILE.directed(Direction.SENDONLY))
    peer.settle()
    assert side.pool.ports[0].stream.direction is Direction.SENDONLY


def test_anUnreachableH245AddressIsFollowedByStartH245(network: SimulatedNetwork) -> None:
    _, peer, _ = place(network, SEPARATE)
    nowhere = Start(h245Address=TransportAddress("10.0.0.77", 9))
    peer.connect(nowhere, tunnelling=False)
    assert facilities(peer) == ["startH245"]


@pytest.mark.parametrize(
    "address",
    [("0.0.0.0", 5000), ("224.0.1.41", 5000), ("10.0.0.9", 0)],
)
def test_impossibleH245AddressesAreNotDialled(
    network: SimulatedNetwork, address: tuple[str, int]
) -> None:
    _, peer, _ = place(network, SEPARATE)
    peer.connect(Start(h245Address=TransportAddress(*address)), tunnelling=False)
    assert facilities(peer) == ["startH245"]


def test_aCallWithoutMediaIsGivenUp(network: SimulatedNetwork, clock: Clock) -> None:
    _, peer, party = place(network, SEPARATE)
    peer.connect(tunnelling=False)
    clock.advance(MEDIA_GUARD - 1)
    assert party.cause is None
    clock.advance(1.1)
    assert party.cause is Cause.RECOVERY_ON_TIMER_EXPIRY


def test_aFastStartedCallNeedsNoH245Ever(network: SimulatedNetwork, clock: Clock) -> None:
    side = Side(network, "10.0.0.1")
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    rtp = TransportAddress("10.0.0.9", 5000)
    offer = offerFastStart(PROFILE, soundAt(rtp, TransportAddress("10.0.0.9", 5001)))
    peer.setup(Start(fastStart=offer.elements))
    clock.pump([30.0] * 40)
    assert side.parties[0].cause is None
    assert side.pool.ports[0].stream.direction is Direction.SENDRECV


def test_aPortThatNobodyConnectsToIsClosed(network: SimulatedNetwork, clock: Clock) -> None:
    side = Side(network, "10.0.0.1")
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    rtp = TransportAddress("10.0.0.9", 5000)
    offer = offerFastStart(PROFILE, soundAt(rtp, TransportAddress("10.0.0.9", 5001)))
    peer.setup(Start(fastStart=offer.elements), tunnelling=False)
    assert peer.received[0][1].start.h245Address is not None
    assert len(network.tcp) == 2
    clock.advance(MEDIA_GUARD)
    assert list(network.tcp) == [("10.0.0.1", 1720)]
    assert side.parties[0].cause is None
    (watch,) = clock.getDelayedCalls()  # for the silence of the call, which goes on
    assert watch.getTime() > clock.seconds() + MEDIA_GUARD


def test_earlyMessagesWaitUntilTheCallIsAnswered(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", answers=False)
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    octets = h245.encode(
        "MultimediaSystemControlMessage",
        (
            "request",
            ("masterSlaveDetermination", {"terminalType": 50, "statusDeterminationNumber": 1}),
        ),
    )
    peer.setup(control=[octets])
    assert peer.tunnelled == []
    leg = side.parties[0].leg
    assert leg is not None
    leg.answer(PROFILE)
    peer.settle()
    assert "masterSlaveDeterminationAck" in peer.tunnelled


def test_theControlChannelTakesGarbage(network: SimulatedNetwork, clock: Clock) -> None:
    side, peer, party = place(network, SEPARATE)
    peer.connect(tunnelling=False)
    address = peer.received[-1][1].start.h245Address
    assert address is not None
    control = ScriptedControl(network, "10.0.0.9", address)
    control.write(tpkt.encode(b"\xff" * 9))
    assert [fault.door for fault in side.faults] == ["h245"]
    assert party.cause is None
    control.write(b"GET / HTTP/1.0\r\n\r\n")
    assert control.closed
    assert side.faults[-1].place == "TPKT.version at octet 13"
