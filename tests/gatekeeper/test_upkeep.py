"""
Calls of long standing: who is asked when, and what becomes of those that nobody has any more.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.gatekeeper import BandwidthExceeded, CallLost, RASAdmissionEnded
from h323d.h323.ras.messages import Fields, RASMessage
from tests.support.ras import CALL, CONFERENCE, Peer, arq, at, irr, keepAlive
from tests.support.zone import World

BERT = ("dialledDigits", "1002")
INTERVAL = 100


def about(call: bytes = CALL, **more: Any) -> Fields:
    """
    One C{perCallInfo}.
    """
    fields: Fields = {
        "callReferenceValue": 7,
        "conferenceID": CONFERENCE,
        "callIdentifier": {"guid": call},
        "originator": True,
        "h245": {},
        "callSignalling": {},
        "callType": ("pointToPoint", None),
        "bandWidth": 1280,
        "callModel": ("direct", None),
        "substituteConfIDs": [],
    }
    return fields | more


class Endpoint:
    """
    An endpoint that answers questions about its calls.

    @ivar asked: when, in seconds since the beginning.
    """

    def __init__(self, world: World, host: str, *aliases: Any) -> None:
        self.world = world
        self.peer, self.endpointId = world.registered(host, *aliases)
        self.asked: list[float] = []
        self.dropped: list[Fields] = []
        self.reduced: list[int] = []
        self.answer: Fields | None = {"perCallInfo": [about()]}
        self._host = host
        self._began = world.clock.seconds()
        self._renewed = self._began
        self._sequence = 100

    def live(self) -> None:
        """
        Answer what has arrived.
        """
        for message in self._news():
            number = {"requestSeqNum": message.fields["requestSeqNum"]}
            if message.name == "infoRequest":
                self.asked.append(self.world.clock.seconds() - self._began)
                if self.answer is not None:
                    more = {"unsolicited": False, "needResponse": False} | self.answer
                    self._send(irr(number["requestSeqNum"], self._host, self.endpointId, **more))
            elif message.name == "disengageRequest":
                self.dropped.append(message.fields)
                self._send(RASMessage("disengageConfirm", number))
            elif message.name == "bandwidthRequest":
                self.reduced.append(message.fields["bandWidth"])
                number["bandWidth"] = message.fields["bandWidth"]
                self._send(RASMessage("bandwidthConfirm", number))
        if self.world.clock.seconds() > self._renewed + 60:
            self._renewed = self.world.clock.seconds()
            self._sequence += 1
            self._send(keepAlive(self._sequence, self._host, self.endpointId))

    def _news(self) -> list[RASMessage]:
        messages = self.peer.messages()
        self.peer.received.clear()
        return messages

    def _send(self, message: RASMessage) -> None:
        self.peer.send(message)


def run(world: World, seconds: float, *endpoints: Endpoint) -> None:
    for _ in range(int(seconds)):
        world.clock.advance(1)
        for endpoint in endpoints:
            endpoint.live()
    world.clock.advance(0.01)


def asks(peer: Peer, message: RASMessage) -> None:
    assert peer.ask(message).name == "admissionConfirm"
    peer.received.clear()


@pytest.fixture
def polled(makeWorld: Any) -> World:
    world: World = makeWorld(callPollInterval=INTERVAL)
    return world


@pytest.fixture
def anna(polled: World) -> Endpoint:
    """
    She calls Bert.
    """
    return Endpoint(polled, "10.0.0.2", ("h323-ID", "anna"))


@pytest.fixture
def bert(polled: World, anna: Endpoint) -> Endpoint:
    """
    He is called by Anna.
    """
    bert = Endpoint(polled, "10.0.0.3", BERT)
    bert.answer = {"perCallInfo": [about(originator=False)]}
    asks(anna.peer, arq(2, anna.endpointId, BERT))
    asks(bert.peer, arq(2, bert.endpointId, BERT, answerCall=True))
    return bert


def test_eachSideIsAskedOnceInAnInterval(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    run(polled, 3.5 * INTERVAL, anna, bert)
    for endpoint in (anna, bert):
        first, second = endpoint.asked[-2:]
        assert first >= INTERVAL - 2
        assert INTERVAL - 2 <= second - first <= INTERVAL + 2
    assert len(polled.zone.admissions) == 2


def test_manyCallsAreAskedAboutAPortionASecond(polled: World) -> None:
    peer, endpointId = polled.registered("10.0.0.2")
    for number in range(250):
        call = {"callIdentifier": {"guid": number.to_bytes(16, "big")}, "callReferenceValue": 1}
        asks(peer, arq(2 + number, endpointId, ("dialledDigits", "80001"), **call))
    portions = []
    for _ in range(3 * INTERVAL):
        polled.clock.advance(1)
        sent = {each.requestSeqNum for each in peer.messages() if each.name == "infoRequest"}
        portions.append(len(sent))
        peer.received.clear()
    assert 0 < max(portions) <= 9  # three a second, and their repetitions


def test_aCallThatAnEndpointDoesNotKnowIsLost(
    polled: World, anna: Endpoint, bert: Endpoint
) -> None:
    anna.answer = {"irrStatus": ("invalidCall", None)}
    run(polled, 2.5 * INTERVAL, anna, bert)
    (lost,) = polled.told(CallLost)
    assert (lost.endpointId, lost.answerCall, lost.reason) == (anna.endpointId, False, "unknown")
    (drop,) = bert.dropped
    assert drop["disengageReason"] == ("forcedDrop", None)
    assert (drop["callIdentifier"], drop["answeredCall"]) == ({"guid": CALL}, True)
    assert len(polled.told(RASAdmissionEnded)) == 2
    assert polled.zone.bandwidth.used == 0


@pytest.mark.parametrize("answer", [{}, {"perCallInfo": [about(bytes(16), callReferenceValue=8)]}])
def test_aReportWithoutTheCallIsAsGood(
    polled: World, anna: Endpoint, bert: Endpoint, answer: Fields
) -> None:
    anna.answer = answer
    run(polled, 2.5 * INTERVAL, anna, bert)
    assert [fact.reason for fact in polled.told(CallLost)] == ["unknown"]


def test_aReportThatIsNotTheWholeProvesNothing(
    polled: World, anna: Endpoint, bert: Endpoint
) -> None:
    anna.answer = {"irrStatus": ("incomplete", None)}
    run(polled, 2.5 * INTERVAL, anna, bert)
    assert polled.told(CallLost) == []


def test_whoFallsSilentHasLostItsCall(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    run(polled, 2.5 * INTERVAL, anna, bert)
    anna.answer = None
    run(polled, 1.5 * INTERVAL, anna, bert)
    assert [fact.reason for fact in polled.told(CallLost)] == ["silent"]
    assert len(bert.dropped) == 1


def test_whoNeverAnswersKeepsItsCalls(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    anna.answer = None
    run(polled, 4.5 * INTERVAL, anna, bert)
    assert anna.asked
    assert polled.told(CallLost) == []


def test_theOtherIsLeftAloneIfSoConfigured(makeWorld: Any) -> None:
    world = makeWorld(callPollInterval=INTERVAL, dropLostCalls=False)
    anna = Endpoint(world, "10.0.0.2", ("h323-ID", "anna"))
    bert = Endpoint(world, "10.0.0.3", BERT)
    bert.answer = {"perCallInfo": [about()]}
    asks(anna.peer, arq(2, anna.endpointId, BERT))
    asks(bert.peer, arq(2, bert.endpointId, BERT, answerCall=True))
    anna.answer = {}
    run(world, 2.5 * INTERVAL, anna, bert)
    assert len(world.told(CallLost)) == 1
    assert bert.dropped == []
    assert len(world.zone.admissions) == 1


def test_whoTellsByItselfIsNotAsked(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    for number in range(12):
        anna.peer.send(irr(50 + number, "10.0.0.2", anna.endpointId, perCallInfo=[about()]))
        run(polled, 27, anna, bert)
    assert anna.asked == []
    assert bert.asked != []


def test_whatAReportTellsIsUsedCounts(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    anna.answer = {"perCallInfo": [about(bandWidth=4000)]}
    run(polled, 2.5 * INTERVAL, anna, bert)
    assert polled.zone.bandwidth.used == 4000
    assert [fact.used for fact in polled.told(BandwidthExceeded)] == [4000]


def test_aReportFromElsewhereIsNotBelieved(polled: World, anna: Endpoint, bert: Endpoint) -> None:
    stranger = polled.peer("10.0.0.66")
    call = about(bandWidth=9000)
    assert stranger.ask(irr(1, "10.0.0.2", anna.endpointId, perCallInfo=[call])).name == (
        "infoRequestNak"
    )
    assert polled.zone.bandwidth.used == 1280


def test_zeroAsksNever(makeWorld: Any) -> None:
    world = makeWorld(callPollInterval=0)
    anna = Endpoint(world, "10.0.0.2", ("h323-ID", "anna"))
    asks(anna.peer, arq(2, anna.endpointId, destCallSignalAddress=at("192.0.2.1", 1720)))
    run(world, 400, anna)
    assert anna.asked == []
