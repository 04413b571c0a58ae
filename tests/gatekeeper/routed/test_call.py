"""
A routed call, message by message, between two peers that say what a test wants them to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from h323d.config.sections import Configuration
from h323d.events.calls import CallAnswered, CallEnded, CallRefused, CallRouted
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routed.usage import Usage
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.calls.faststart import answerFastStart, offerFastStart
from h323d.h323.config import H323Config
from h323d.h323.signalling import messages, q931, uuie
from h323d.h323.signalling.addresses import transportToValue
from h323d.h323.signalling.elements import CallState
from h323d.h323.signalling.q931 import IE, Element, MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.support.h245peers import soundAt
from tests.support.h323 import KIND, ScriptedCallee, ScriptedPeer
from tests.support.simulatedphone import PROFILE
from tests.support.simulation import SimulatedServer, Simulation

SERVER, AT_CALLER, AT_BOB, AT_CAROL = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
SIGNALLING = TransportAddress(SERVER, 1720)
UNKNOWN = Element(0x7A, b"\x01\x02")
SETUP, PROCEEDING, ALERTING, CONNECT, FACILITY, RELEASE = (
    MessageType.SETUP,
    MessageType.CALL_PROCEEDING,
    MessageType.ALERTING,
    MessageType.CONNECT,
    MessageType.FACILITY,
    MessageType.RELEASE_COMPLETE,
)


class Zone:
    """
    A server that routes 2000 to Bob, and who is to be called there.
    """

    def __init__(
        self,
        world: Simulation,
        *hosts: str,
        model: CallModel = CallModel.ROUTED,
        statusInterval: float = 0.0,
    ) -> None:
        routes = (
            StaticRoute(name="2000", to=hosts or (AT_BOB,)),
            StaticRoute(name="3000", to=(AT_CAROL,)),
        )
        self.world = world
        self.server: SimulatedServer = world.server(
            SERVER,
            replace(
                Configuration(),
                h323=H323Config(statusInterval=statusInterval),
                routing=RoutingConfig(routes=routes),
                routed=RoutedConfig(model=model, acceptUnregistered=True),
            ),
        )
        self.bob = ScriptedCallee(world.network, AT_BOB)
        self.caller = ScriptedPeer(world.network, AT_CALLER, SIGNALLING)

    def call(self, start: Start | None = None, called: str = "2000") -> None:
        setup = self.caller.makeSetup(start, called=called)
        self.caller.send(replace(setup, elements=(*setup.elements, UNKNOWN)))

    def answer(self) -> None:
        self.bob.connect()

    @property
    def calls(self) -> int:
        assert self.server.server.zone is not None
        return len(self.server.server.zone.routed)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world
        assert world.failures == []


def test_theCallerHearsOfUsAtOnce(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    assert zone.caller.kinds == [PROCEEDING]
    assert zone.bob.kinds == [SETUP]


def test_theSetupNamesUsAndTheDestination(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    message, content = zone.bob.received[0]
    assert content.fields["sourceCallSignalAddress"] == transportToValue(SIGNALLING)
    assert content.fields["destCallSignalAddress"] == transportToValue(zone.bob.address)
    assert content.callIdentifier == zone.caller.identity.callIdentifier
    assert message.elements[-1] == UNKNOWN


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ALERTING, lambda peer: uuie.alerting(peer.identity, KIND, Start())),
        (MessageType.PROGRESS, lambda peer: uuie.progress(peer.identity, KIND, Start())),
        (MessageType.NOTIFY, lambda peer: uuie.plain("notify", peer.identity)),
        (MessageType.INFORMATION, lambda peer: uuie.plain("information", peer.identity)),
        (FACILITY, lambda peer: uuie.facility(peer.identity, "undefinedReason")),
        (FACILITY, lambda peer: uuie.EMPTY),
    ],
)
def test_whatTheCalledSideSaysArrivesAsItWas(
    kind: MessageType, body: Callable[[ScriptedCallee], tuple[str, object]], world: Simulation
) -> None:
    zone = Zone(world)
    zone.call()
    zone.bob.say(kind, body(zone.bob), control=(b"\x03\x80",), others=(UNKNOWN,))
    (message, _) = zone.caller.received[-1]
    assert message.messageType == kind
    assert message.callReference == zone.caller.reference
    sent = uuie.write(body(zone.bob), True, (b"\x03\x80",))
    assert message.userUser == sent
    assert message.contents(0x7A) == b"\x01\x02"


def test_aTimerOfCallSignallingThatChangedHoldsForTheNextCall(world: Simulation) -> None:
    zone = Zone(world)
    server = zone.server.server
    server.reload(replace(server.configuration, h323=H323Config(ringTimeout=5.0)))
    zone.call()
    zone.bob.say(ALERTING, uuie.alerting(zone.bob.identity, KIND, Start()))
    world.run(5.0)
    (ended,) = zone.server.told(CallEnded)
    assert ended.cause is Cause.NO_ANSWER_FROM_USER


def test_aCallWithTheGlobalCallReferenceGetsThroughAndBack(world: Simulation) -> None:
    zone = Zone(world)
    zone.caller.reference = 0
    zone.call()
    zone.answer()
    message, _ = zone.caller.received[-1]
    assert (message.messageType, message.callReference) == (MessageType.CONNECT, 0)
    zone.caller.send(messages.release(Cause.NORMAL_CALL_CLEARING))
    assert zone.bob.kinds[-1] == MessageType.RELEASE_COMPLETE
    assert zone.calls == 0


def test_whatTheCallerSaysEarlyArrivesAfterTheSetup(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.caller.say(MessageType.INFORMATION, uuie.plain("information", zone.caller.identity))
    assert zone.bob.kinds == [SETUP, MessageType.INFORMATION]


def test_theNextWayIsToldWhatTheCallerSaidMeanwhile(world: Simulation) -> None:
    zone = Zone(world, AT_BOB, AT_CAROL)
    carol = ScriptedCallee(world.network, AT_CAROL)
    zone.call()
    zone.caller.say(FACILITY, uuie.EMPTY, control=(b"\x03\x80",))
    zone.bob.send(messages.release(Cause.DESTINATION_OUT_OF_ORDER))
    assert carol.kinds == [SETUP, FACILITY]
    assert carol.received[1][1].h245Control == (b"\x03\x80",)
    assert zone.caller.kinds == [PROCEEDING]


def test_anAnswerThatHasBegunIsNotTakenBack(world: Simulation) -> None:
    zone = Zone(world, AT_BOB, AT_CAROL)
    carol = ScriptedCallee(world.network, AT_CAROL)
    zone.call()
    zone.bob.say(ALERTING, uuie.alerting(zone.bob.identity, KIND, Start()))
    zone.bob.send(messages.release(Cause.DESTINATION_OUT_OF_ORDER))
    assert carol.received == []
    assert zone.caller.kinds == [PROCEEDING, ALERTING, RELEASE]
    assert zone.caller.cause == Cause.DESTINATION_OUT_OF_ORDER


def test_whatASwallowedCallProceedingSaysGoesOnWithTheNext(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    there = TransportAddress(AT_BOB, 5000)
    body = uuie.callProceeding(zone.bob.identity, KIND, Start(h245Address=there))
    zone.bob.say(PROCEEDING, body, False)
    assert zone.caller.kinds == [PROCEEDING]
    zone.bob.say(ALERTING, uuie.alerting(zone.bob.identity, KIND, Start()), False)
    assert zone.caller.kinds == [PROCEEDING, ALERTING]
    assert zone.caller.received[-1][1].start.h245Address == there


def test_whatItSaysWaitsForAMessageThatCanCarryIt(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    there = TransportAddress(AT_BOB, 5000)
    body = uuie.callProceeding(zone.bob.identity, KIND, Start(h245Address=there))
    zone.bob.say(PROCEEDING, body, False)
    zone.bob.say(MessageType.NOTIFY, uuie.plain("notify", zone.bob.identity), False)
    zone.bob.connect()
    assert zone.caller.kinds == [PROCEEDING, MessageType.NOTIFY, CONNECT]
    assert zone.caller.received[-1][1].start.h245Address == there


def test_whatItSaysIsChangedAsTheModelWantsIt(world: Simulation) -> None:
    zone = Zone(world, model=CallModel.PROXIED)
    rtp, rtcp = TransportAddress(AT_CALLER, 7000), TransportAddress(AT_CALLER, 7001)
    offer = offerFastStart(PROFILE, soundAt(rtp, rtcp)).elements
    zone.call(Start(fastStart=offer))
    rtp, rtcp = TransportAddress(AT_BOB, 7000), TransportAddress(AT_BOB, 7001)
    answer = answerFastStart(offer, PROFILE, soundAt(rtp, rtcp)).elements
    start = Start(fastStart=answer, h245Address=TransportAddress(AT_BOB, 5000))
    zone.bob.say(PROCEEDING, uuie.callProceeding(zone.bob.identity, KIND, start), False)
    zone.bob.connect()
    told = zone.caller.received[-1][1].start
    assert told.h245Address is not None
    assert told.h245Address.host == SERVER
    assert len(told.fastStart) == len(answer)
    assert not any(rtp.packed in element for element in told.fastStart)
    (call,) = zone.server.server.zone.routed  # type: ignore[union-attr]  # there is a zone
    assert call.usage == Usage(1280, True)


def test_tunnelledH245OfACallProceedingGoesOnAtOnce(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    body = uuie.callProceeding(zone.bob.identity, KIND, Start())
    zone.bob.say(PROCEEDING, body, True, (b"\x03\x80",))
    assert zone.caller.kinds == [PROCEEDING, FACILITY]
    assert zone.caller.received[-1][1].h245Control == (b"\x03\x80",)


@pytest.mark.parametrize("model", [CallModel.ROUTED_H245, CallModel.PROXIED])
def test_aSeparateH245ChannelIsToldToBeWithUs(model: CallModel, world: Simulation) -> None:
    zone = Zone(world, model=model)
    zone.call(Start(h245Address=TransportAddress(AT_CALLER, 5000)))
    told = zone.bob.received[0][1].start.h245Address
    assert told is not None
    assert told.host == SERVER
    there = TransportAddress(AT_BOB, 5001)
    zone.bob.connect(Start(h245Address=there))
    answer = zone.caller.received[-1][1].start.h245Address
    assert answer is not None
    assert (answer.host, answer != told) == (SERVER, True)


def test_eachSideIsAnsweredItsOwnStatus(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.bob.say(ALERTING, uuie.alerting(zone.bob.identity, KIND, Start()))
    states = []
    for peer in (zone.caller, zone.bob):
        peer.say(MessageType.STATUS_INQUIRY, uuie.plain("statusInquiry", peer.identity))
        message = peer.received[-1][0]
        assert message.messageType == MessageType.STATUS
        states.append(CallState.decode(message.contents(IE.CALL_STATE) or b"").value)
    assert states == [7, 4]
    assert MessageType.STATUS_INQUIRY not in (*zone.caller.kinds, *zone.bob.kinds)


def test_aLongCallIsInquiredIntoOnBothSides(world: Simulation) -> None:
    zone = Zone(world, statusInterval=60.0)
    zone.call()
    zone.answer()
    world.run(61.0)
    for peer in (zone.caller, zone.bob):
        assert peer.kinds.count(MessageType.STATUS_INQUIRY) == 1
        body = uuie.write(uuie.plain("status", peer.identity), False)
        answer = messages.status(CallNumber.ACTIVE, Cause.RESPONSE_TO_STATUS_ENQUIRY, body)
        peer.send(answer)
    world.run(30.0)
    assert MessageType.STATUS not in (*zone.caller.kinds, *zone.bob.kinds)
    assert zone.calls == 1


def test_aCallThatASideDoesNotAnswerForIsCleared(world: Simulation) -> None:
    zone = Zone(world, statusInterval=60.0)
    zone.call()
    zone.answer()
    world.run(61.0 + 4 * 3)
    assert zone.calls == 0
    assert RELEASE in zone.caller.kinds
    assert RELEASE in zone.bob.kinds


def test_aForwardedCallGoesToTheOtherName(world: Simulation) -> None:
    zone = Zone(world)
    carol = ScriptedCallee(world.network, AT_CAROL)
    zone.call()
    name = PartyAddress(AddressKind.DIALLED_DIGITS, "3000")
    octets = messages.facility(
        uuie.write(
            (
                "facility",
                uuie.facility(zone.bob.identity, "callForwarded")[1]
                | {"alternativeAliasAddress": [("dialledDigits", "3000")]},
            ),
            False,
        )
    )
    zone.bob.send(octets)
    assert zone.bob.kinds == [SETUP, RELEASE]
    assert carol.kinds == [SETUP]
    message, content = carol.received[0]
    assert content.aliases("destinationAddress") == (name,)
    assert (message.contents(IE.CALLED_PARTY_NUMBER) or b"").endswith(b"3000")
    carol.connect()
    assert zone.caller.kinds == [PROCEEDING, CONNECT]
    assert len(zone.server.told(CallRouted)) == 2
    assert len(zone.server.told(CallAnswered)) == 1


def test_aCallThatIsForwardedWithoutEndEnds(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    for _ in range(6):
        setups = [message for message, _ in zone.bob.received if message.messageType == SETUP]
        zone.bob.reference = setups[-1].callReference
        body = uuie.facility(zone.bob.identity, "callForwarded")
        body[1]["alternativeAliasAddress"] = [("dialledDigits", "2000")]
        zone.bob.say(FACILITY, body)
    assert len(setups) == 6
    assert zone.caller.cause == Cause.EXCHANGE_ROUTING_ERROR
    assert zone.calls == 0


def test_aTransferAsksOneSideToCallSomebodyElse(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.answer()
    assert zone.server.server.zone is not None
    routed = zone.server.server.zone.routed
    (call,) = routed
    name = PartyAddress(AddressKind.DIALLED_DIGITS, "3000")
    assert routed.transfer(call.callId, CALLED, name)
    zone.bob.settle()
    content = zone.bob.received[-1][1]
    assert content.reason == "callForwarded"
    assert content.aliases("alternativeAliasAddress") == (name,)
    assert content.fields["alternativeAddress"] == transportToValue(SIGNALLING)
    assert routed.transfer(call.callId, CALLER, name)


def test_whoLosesItsConnectionIsTakenForGone(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.answer()
    zone.bob.close()
    assert zone.caller.kinds[-1] == RELEASE
    (ended,) = zone.server.told(CallEnded)
    assert ended.releasedBy == "called"
    assert zone.calls == 0


def test_aLoopIsBroken(world: Simulation) -> None:
    zone = Zone(world, SERVER)
    zone.call()
    assert zone.caller.kinds == [PROCEEDING, RELEASE]
    assert zone.caller.cause == Cause.EXCHANGE_ROUTING_ERROR


def test_aCallWithoutHopsIsRefused(world: Simulation) -> None:
    zone = Zone(world)
    setup = zone.caller.makeSetup(called="2000")
    name, fields = uuie.read(setup.userUser or b"").pdu["h323-message-body"]
    octets = uuie.write((name, fields | {"hopCount": 1}), True)
    parties = (PartyAddress(AddressKind.DIALLED_DIGITS, "2000"),)
    zone.caller.send(messages.setup(octets, "", (), parties))
    assert zone.caller.cause == Cause.EXCHANGE_ROUTING_ERROR
    (refused,) = zone.server.told(CallRefused)
    assert refused.reason == "hopCountExceeded"
    assert zone.bob.received == []


def test_whatCannotBeReadIsTakenOutAndTheRestPassedOn(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.bob.send(messages.make(ALERTING, b"\xff" * 20, (UNKNOWN,)))
    message, _ = zone.caller.received[-1]
    assert message.messageType == ALERTING
    assert message.userUser is None
    assert message.contents(0x7A) == b"\x01\x02"
    assert zone.calls == 1


def test_aMessageThatOnlyTheCalledSideMaySendIsNotTakenFromTheCaller(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    body = uuie.connect(zone.caller.identity, KIND, Start())
    zone.caller.say(CONNECT, body)
    assert zone.bob.kinds == [SETUP]
    assert zone.server.told(CallAnswered) == []


def test_aMessageThatMeansNothingToUsIsPassedOn(world: Simulation) -> None:
    zone = Zone(world)
    zone.call()
    zone.answer()
    zone.caller.send(q931.Q931Message(0, False, MessageType.CONNECT_ACKNOWLEDGE, (UNKNOWN,)))
    assert zone.bob.kinds[-1] == MessageType.CONNECT_ACKNOWLEDGE
