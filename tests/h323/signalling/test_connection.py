"""
One signalling connection: several calls, and whatever a peer may write on it.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.h323.calls.callinputs import CallNumber
from h323d.h323.config import H323Config
from h323d.h323.signalling import messages, q931, tpkt, uuie
from h323d.h323.signalling.elements import CallState
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.uuie import Start
from h323d.values.cause import Cause
from tests.support.h323 import KIND, ScriptedPeer, Side
from tests.support.network import SimulatedNetwork

GARBAGE = bytes.fromhex("20800600ffffffffffffffff")


@pytest.fixture
def side(network: SimulatedNetwork) -> Side:
    return Side(network, "10.0.0.1")


@pytest.fixture
def peer(network: SimulatedNetwork, side: Side) -> ScriptedPeer:
    return ScriptedPeer(network, "10.0.0.9", side.endpoint.address)


def connect(network: SimulatedNetwork, side: Side) -> ScriptedPeer:
    return ScriptedPeer(network, "10.0.0.8", side.endpoint.address)


def alive(side: Side) -> list[bool]:
    return [party.cause is None for party in side.parties]


def test_aConnectionWithoutASetupIsCutAfter15Seconds(peer: ScriptedPeer, clock: Clock) -> None:
    clock.advance(14.8)
    assert peer.closed is None
    clock.pump([0.2, 0.1, 0.1])
    assert peer.closed is not None
    assert clock.getDelayedCalls() == []


def test_aSetupInDribblesIsNotASetupInTime(peer: ScriptedPeer, clock: Clock) -> None:
    setup = messages.addressed(peer.makeSetup(), 7, False)
    for octet in tpkt.encode(q931.encode(setup)):
        if peer.closed is None:
            peer.write(bytes([octet]))
            clock.advance(1.0)
    assert peer.closed is not None


def test_keepalivesDoNotReplaceASetup(peer: ScriptedPeer, clock: Clock) -> None:
    for _ in range(6):
        peer.write(tpkt.KEEPALIVE)
        clock.advance(3.0)
    peer.settle()
    assert peer.closed is not None


def test_halfAPacketInACallEndsTheConnection(peer: ScriptedPeer, side: Side, clock: Clock) -> None:
    peer.setup()
    peer.write(bytes.fromhex("0300ffff"))
    clock.pump([15.0, 0.1, 0.1])
    assert peer.closed is not None
    assert alive(side) == [False]


def test_anIdleConnectionIsClosedAfterItsLastCall(peer: ScriptedPeer, clock: Clock) -> None:
    peer.setup()
    peer.send(messages.release(Cause.NORMAL_CALL_CLEARING))
    clock.advance(14.8)
    assert peer.closed is None
    clock.pump([0.3, 0.1, 0.1])
    assert peer.closed is not None
    assert clock.getDelayedCalls() == []


def test_twentySetupsInOneSegmentAreTwentyCalls(peer: ScriptedPeer, side: Side) -> None:
    setup = peer.makeSetup()
    peer.write(
        b"".join(
            tpkt.encode(q931.encode(messages.addressed(setup, number, False)))
            for number in range(1, 21)
        )
    )
    assert len(side.parties) == 20
    connected = {m.callReference for m, _ in peer.received if m.messageType == MessageType.CONNECT}
    assert connected == set(range(1, 21))


def test_theSameSetupTwiceIsOneCall(peer: ScriptedPeer, side: Side) -> None:
    peer.setup()
    peer.setup()
    assert len(side.parties) == 1


def test_callsOnOneConnectionEndAlone(peer: ScriptedPeer, side: Side) -> None:
    peer.setup(reference=1)
    peer.setup(reference=2)
    peer.send(messages.release(Cause.NORMAL_CALL_CLEARING), reference=1)
    assert alive(side) == [False, True]


def test_aConnectionCarriesSoManyCallsAndNoMore(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", H323Config(maxCallsPerConnection=2))
    peer = connect(network, side)
    for number in (1, 2, 3):
        peer.setup(reference=number)
    assert len(side.parties) == 2
    assert peer.received[-1][0].callReference == 3
    assert peer.cause == Cause.RESOURCE_UNAVAILABLE


def test_theServerCarriesSoManyCallsAndNoMore(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", H323Config(maxCalls=1))
    first, second = connect(network, side), connect(network, side)
    first.setup()
    second.setup()
    assert len(side.parties) == 1
    assert second.cause == Cause.RESOURCE_UNAVAILABLE


def test_oneConnectionTooManyIsCut(network: SimulatedNetwork) -> None:
    side = Side(network, "10.0.0.1", H323Config(maxConnections=1))
    first, second = connect(network, side), connect(network, side)
    assert first.closed is None
    assert second.closed is not None


def test_aLostConnectionReleasesItsCalls(peer: ScriptedPeer, side: Side, clock: Clock) -> None:
    peer.setup(reference=1)
    peer.setup(reference=2)
    peer.close()
    assert alive(side) == [False, False]
    assert side.pool.ports == []
    assert not len(side.endpoint.legs)


def test_aBadPacketHeaderEndsTheConnection(peer: ScriptedPeer, side: Side) -> None:
    peer.setup()
    peer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert peer.closed is not None
    assert alive(side) == [False]
    (fault,) = side.faults
    assert fault.door == "h225"
    assert fault.place.startswith("TPKT.version")


def test_anUnreadableMessageIsIgnoredAndCounted(peer: ScriptedPeer, side: Side) -> None:
    peer.setup()
    count = len(peer.received)
    peer.write(tpkt.encode(bytes.fromhex("08020007627eff")))
    assert len(peer.received) == count
    assert alive(side) == [True]
    assert [fault.place for fault in side.faults] == ["Q931.elements[0x7e] at octet 5"]
    assert side.faults[0].source.host == "10.0.0.9"


def test_endlessGarbageWithoutACallEndsTheConnection(peer: ScriptedPeer, side: Side) -> None:
    for _ in range(20):
        if peer.closed is None:
            peer.write(tpkt.encode(b"\x08\x0f"))
    assert peer.closed is not None
    assert len(side.faults) == 17


@pytest.mark.parametrize(
    ("element", "cause"),
    [
        (None, Cause.MANDATORY_IE_MISSING),
        (Element(IE.USER_USER, b"\x05" + GARBAGE), Cause.INVALID_IE_CONTENTS),
        (Element(IE.USER_USER, b"\x04other protocol"), Cause.INVALID_IE_CONTENTS),
        (Element(IE.USER_USER, b""), Cause.INVALID_IE_CONTENTS),
    ],
)
def test_aSetupWithoutAReadableBodyIsRefused(
    peer: ScriptedPeer, side: Side, element: Element | None, cause: Cause
) -> None:
    elements = () if element is None else (element,)
    peer.send(Q931Message(0, False, MessageType.SETUP, elements))
    assert peer.kinds == [MessageType.RELEASE_COMPLETE]
    assert peer.cause == cause
    assert side.parties == []


def test_aSetupWithAnElementThatMustBeUnderstoodIsRefused(peer: ScriptedPeer, side: Side) -> None:
    setup = peer.makeSetup()
    elements = (Element(0x0B, b"?"), *setup.elements)
    peer.send(Q931Message(0, False, MessageType.SETUP, elements))
    assert peer.cause == Cause.MANDATORY_IE_MISSING
    assert side.parties == []


def test_elementsThatCannotBeReadButNeedNotBeAreIgnored(peer: ScriptedPeer, side: Side) -> None:
    setup = peer.makeSetup()
    bad = tuple(
        Element(identifier, contents)
        for identifier, contents in (
            (IE.BEARER_CAPABILITY, b""),
            (IE.CALLING_PARTY_NUMBER, b"\x00"),
            (IE.CALLED_PARTY_NUMBER, b""),
            (IE.CAUSE, b""),
        )
    )
    userUser = setup.elements[-1]
    peer.send(Q931Message(0, False, MessageType.SETUP, (*bad, userUser)))
    assert peer.kinds[0] is MessageType.CONNECT


def test_aSetupThatIsNoCallIsRefused(peer: ScriptedPeer, side: Side) -> None:
    name, fields = uuie.setup(peer.identity, KIND, uuie.SetupParties((), ()), Start())
    fields["conferenceGoal"] = ("callIndependentSupplementaryService", None)
    peer.say(MessageType.SETUP, (name, fields))
    assert peer.cause == Cause.SERVICE_NOT_IMPLEMENTED


BODIES = [
    uuie.EMPTY,
    *(
        uuie.plain(name, uuie.CallIdentity(bytes(16), bytes(16)))
        for name in ("information", "notify", "status", "statusInquiry", "setupAcknowledge")
    ),
    uuie.connect(uuie.CallIdentity(bytes(16), bytes(16)), KIND, Start()),
    uuie.alerting(uuie.CallIdentity(bytes(16), bytes(16)), KIND, Start()),
    uuie.callProceeding(uuie.CallIdentity(bytes(16), bytes(16)), KIND, Start()),
    uuie.progress(uuie.CallIdentity(bytes(16), bytes(16)), KIND, Start()),
    uuie.facility(uuie.CallIdentity(bytes(16), bytes(16)), "undefinedReason"),
    uuie.releaseComplete(uuie.CallIdentity(bytes(16), bytes(16)), None),
    uuie.setup(uuie.CallIdentity(bytes(16), bytes(16)), KIND, uuie.SetupParties((), ()), Start()),
]
TYPES = [*MessageType, 0x00, 0x45, 0xFF]


@pytest.mark.parametrize("kind", [t for t in TYPES if t != MessageType.RELEASE_COMPLETE])
def test_noMessageOfAnyTypeWithAnyBodyHarmsACall(peer: ScriptedPeer, side: Side, kind: int) -> None:
    peer.setup(reference=1)
    peer.setup(reference=2)
    for body in BODIES:
        octets = uuie.write(body, False)
        userUser = Element(IE.USER_USER, b"\x05" + octets)
        peer.send(Q931Message(0, False, kind, (userUser,)), reference=1)
    assert alive(side) == [True, True]
    assert peer.closed is None


@pytest.mark.parametrize("kind", TYPES)
def test_messagesOfNoCallMakeNone(peer: ScriptedPeer, side: Side, kind: int) -> None:
    for body in BODIES:
        if kind == MessageType.SETUP and body[0] == "setup":
            continue
        octets = uuie.write(body, False)
        userUser = Element(IE.USER_USER, b"\x05" + octets)
        peer.send(Q931Message(0, False, kind, (userUser,)), reference=99)
        if peer.closed is not None:
            break
    assert side.parties == []
    assert set(peer.kinds) <= {MessageType.RELEASE_COMPLETE, MessageType.STATUS}
    assert len(peer.received) <= len(BODIES)


def test_aBodyOfAnotherMessageIsCountedAndNotRead(peer: ScriptedPeer, side: Side) -> None:
    peer.setup()
    peer.say(MessageType.FACILITY, uuie.releaseComplete(peer.identity, "inConf"))
    (fault,) = side.faults
    assert fault.place == "H323-UserInformation.releaseComplete"
    assert alive(side) == [True]


def test_aMessageOfAnUnknownCallIsReleased(peer: ScriptedPeer) -> None:
    peer.send(messages.make(MessageType.INFORMATION, None), reference=5)
    assert peer.kinds == [MessageType.RELEASE_COMPLETE]
    assert peer.cause == Cause.INVALID_CALL_REFERENCE
    assert peer.received[0][0].callReference == 5
    assert peer.received[0][0].toOriginator


def test_anInquiryAboutAnUnknownCallIsAnsweredWithNull(peer: ScriptedPeer) -> None:
    peer.send(messages.make(MessageType.STATUS_INQUIRY, None))
    message, _ = peer.received[0]
    assert message.messageType == MessageType.STATUS
    assert CallState.decode(message.contents(IE.CALL_STATE) or b"").value == CallNumber.NULL


def test_aStatusOfAnUnknownCallIsReleasedUnlessItIsNull(peer: ScriptedPeer) -> None:
    peer.send(messages.status(CallNumber.NULL, Cause.NORMAL_UNSPECIFIED))
    assert peer.received == []
    peer.send(messages.status(CallNumber.ACTIVE, Cause.NORMAL_UNSPECIFIED))
    assert peer.cause == Cause.MESSAGE_IN_WRONG_STATE


def test_theGlobalCallReferenceIsOfNoCallAndIgnored(peer: ScriptedPeer, side: Side) -> None:
    for message in (
        messages.make(MessageType.INFORMATION, None),
        messages.make(MessageType.STATUS_INQUIRY, None),
    ):
        peer.send(message, reference=0)
    assert peer.received == []
    assert side.parties == []


def test_aSetupWithTheGlobalCallReferenceIsACallAllTheSame(peer: ScriptedPeer, side: Side) -> None:
    peer.reference = 0
    peer.setup()
    assert alive(side) == [True]
    assert MessageType.CONNECT in peer.kinds
    assert {message.callReference for message, _ in peer.received} == {0}
    peer.send(messages.release(Cause.NORMAL_CALL_CLEARING))
    assert alive(side) == [False]


def test_anInquiryIsAnsweredWithTheState(peer: ScriptedPeer) -> None:
    peer.setup()
    peer.send(messages.make(MessageType.STATUS_INQUIRY, None))
    message, _ = peer.received[-1]
    assert message.messageType == MessageType.STATUS
    assert CallState.decode(message.contents(IE.CALL_STATE) or b"").value == CallNumber.ACTIVE
    assert peer.cause == Cause.RESPONSE_TO_STATUS_ENQUIRY


def test_anUnknownMessageIsAnsweredWithStatus(peer: ScriptedPeer) -> None:
    peer.setup()
    peer.send(Q931Message(0, False, 0x45))
    assert peer.kinds[-1] is MessageType.STATUS
    assert peer.cause == Cause.MESSAGE_TYPE_NON_EXISTENT


def test_aPeerThatReportsNullEndsTheCall(peer: ScriptedPeer, side: Side) -> None:
    peer.setup()
    peer.send(messages.status(CallNumber.NULL, Cause.INVALID_CALL_REFERENCE))
    assert alive(side) == [False]


def test_setupsThatAreAbandonedLeaveNothing(
    network: SimulatedNetwork, side: Side, clock: Clock
) -> None:
    for _ in range(10):
        peer = connect(network, side)
        setup = peer.makeSetup()
        peer.write(
            b"".join(
                tpkt.encode(q931.encode(messages.addressed(setup, number, False)))
                for number in range(1, 11)
            )
        )
        peer.close()
    assert not len(side.endpoint.legs)
    assert side.pool.ports == []
    clock.pump([40.0, 1.0])
    assert clock.getDelayedCalls() == []
