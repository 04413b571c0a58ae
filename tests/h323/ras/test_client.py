"""
An endpoint's RAS against a gatekeeper, over a simulated network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.config import PreGranted
from h323d.gatekeeper.ras.usage import USAGE_WANTED
from h323d.gatekeeper.registry.registrations import UnregisterReason
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.captures import captured, needsCaptures
from tests.support.ras import Peer, at, brq, drq, urq
from tests.support.rasendpoint import CALL, Endpoint

ROOM = partyFromText("80001")


def run(world: Any, seconds: float) -> None:
    world.clock.pump([0.05] * round(seconds * 20))


@pytest.fixture
def make(makeWorld: Any) -> Any:
    made: list[Endpoint] = []
    worlds: list[Any] = []

    def makeEndpoint(host: str = "10.0.0.2", config: Any = None, **profile: Any) -> Endpoint:
        if config is not None or not worlds:
            worlds.append(makeWorld(**(config or {})))
        made.append(Endpoint(worlds[-1], host, profile))
        return made[-1]

    yield makeEndpoint
    for each in made:
        each.client.close()


def sent(world: Any) -> list[str]:
    """
    The names of all requests and answers from now on.
    """
    names: list[str] = []
    world.network.observers.append(
        lambda kind, source, there, data: names.append(decodeRAS(data).name)
    )
    return names


# --- registration


def test_itDiscoversAndRegisters(make: Any) -> None:
    endpoint = make()
    names = sent(endpoint.world)
    endpoint.client.start()
    run(endpoint.world, 1)
    assert names == [
        "gatekeeperRequest",
        "gatekeeperConfirm",
        "registrationRequest",
        "registrationConfirm",
    ]
    assert endpoint.reports == [("registered", "anna")]
    (registration,) = endpoint.world.zone.registrations()
    assert endpoint.client.endpointIdentifier == registration.endpointId
    assert endpoint.client.gatekeeperIdentifier == "h323d"


def test_itFindsAGatekeeperByMulticast(make: Any) -> None:
    endpoint = make(gatekeeper=DISCOVERY_GROUP, discover=False).registered()
    assert len(endpoint.world.zone.registrations()) == 1


def test_theGatekeeperIsToldTheAddressThatStandsForOurs(make: Any) -> None:
    there = TransportAddress("10.0.0.7", 1719)
    endpoint = make(rasHost="192.0.2.9", discover=False, gatekeeper=there)
    asked = Peer(endpoint.world.network, "10.0.0.7", 1719)
    endpoint.client.start()
    run(endpoint.world, 0.2)
    (request,) = asked.messages()
    assert request.fields["rasAddress"] == [at("192.0.2.9", 1719)]


@needsCaptures
def test_whatAGnuGkAnswersIsUnderstood(make: Any) -> None:
    endpoint = make("127.0.31.39", gatekeeper=TransportAddress("127.0.31.32", 1719))
    gnuGk = Peer(endpoint.world.network, "127.0.31.32", 1719, endpoint.client.address)

    def answer(kind: str) -> None:
        ((_, octets), *_) = captured("nbpw", "GnuGk", kind)
        seq = gnuGk.messages()[-1].requestSeqNum
        message = decodeRAS(octets)
        gnuGk.send(RASMessage(kind, message.fields | {"requestSeqNum": seq}))
        run(endpoint.world, 0.2)

    endpoint.client.start()
    run(endpoint.world, 0.2)
    answer("gatekeeperConfirm")
    answer("registrationConfirm")
    assert endpoint.reports == [("registered", "bob", "2002")]
    assert endpoint.client.gatekeeperIdentifier == "GnuGkA"
    assert endpoint.client.endpointIdentifier == "1722782694_endp"
    refused: list[Any] = []
    endpoint.client.calls.admit(CALL).addErrback(refused.append)
    run(endpoint.world, 0.2)
    answer("admissionReject")
    assert refused[0].value.cause is Cause.SUBSCRIBER_ABSENT
    endpoint.client.stop()
    run(endpoint.world, 0.2)
    answer("unregistrationConfirm")
    assert endpoint.reports[-1] == ("unregistered",)


def test_aGatekeeperThatNamesNoUsablePlaceIsWhereItAnswersFrom(make: Any) -> None:
    endpoint = make(gatekeeper=TransportAddress("10.0.0.7", 1719))
    gatekeeper = Peer(endpoint.world.network, "10.0.0.7", 1719, endpoint.client.address)
    endpoint.client.start()
    run(endpoint.world, 0.2)
    confirm = {"protocolIdentifier": (0, 0, 8, 2250, 0, 4), "rasAddress": at("0.0.0.0", 1719)}
    seq = gatekeeper.messages()[0].requestSeqNum
    gatekeeper.send(RASMessage("gatekeeperConfirm", confirm | {"requestSeqNum": seq}))
    run(endpoint.world, 0.2)
    assert [each.name for each in gatekeeper.messages()] == [
        "gatekeeperRequest",
        "registrationRequest",
    ]


def test_itRegistersWithoutDiscoveryIfTold(make: Any) -> None:
    endpoint = make(discover=False)
    names = sent(endpoint.world)
    endpoint.registered()
    assert names == ["registrationRequest", "registrationConfirm"]


def test_itRenewsFiveSecondsBeforeTheEnd(make: Any) -> None:
    endpoint = make(timeToLive=60).registered()
    names = sent(endpoint.world)
    run(endpoint.world, 53)
    assert names == []
    run(endpoint.world, 2)
    assert names == ["registrationRequest", "registrationConfirm"]
    run(endpoint.world, 600)
    assert len(endpoint.world.zone.registrations()) == 1
    assert endpoint.reports == []


def test_itRegistersAgainWhenTheGatekeeperHasForgottenIt(make: Any) -> None:
    endpoint = make(timeToLive=60).registered()
    registry = endpoint.world.zone.registry
    registry.unregister(endpoint.client.endpointIdentifier, UnregisterReason.OPERATOR)
    run(endpoint.world, 60)
    assert endpoint.reports == [("lost", "fullRegistrationRequired"), ("registered", "anna")]
    assert len(registry) == 1


def test_itRegistersAgainAtOnceWhenItIsUnregistered(make: Any) -> None:
    endpoint = make().registered()
    names = sent(endpoint.world)
    assert endpoint.world.zone.unregister(endpoint.client.endpointIdentifier)
    run(endpoint.world, 1)
    assert names == [
        "unregistrationRequest",
        "unregistrationConfirm",
        "registrationRequest",
        "registrationConfirm",
    ]
    assert endpoint.reports == [("lost", "unregistrationRequest"), ("registered", "anna")]


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("10.0.0.66", {}),
        ("10.0.0.1", {"gatekeeperIdentifier": "other"}),
        ("10.0.0.1", {"endpointIdentifier": "guess"}),
    ],
)
def test_aURQThatIsNotItsGatekeepersIsIgnored(make: Any, host: str, more: Any) -> None:
    endpoint = make().registered()
    ids = {"endpointIdentifier": endpoint.client.endpointIdentifier}
    spoofer = Peer(endpoint.world.network, host, 4000, endpoint.client.address)
    spoofer.send(urq(1, "10.0.0.2", **(ids | more)))
    run(endpoint.world, 1)
    assert endpoint.client.endpointIdentifier is not None
    assert endpoint.reports == []


def test_itLeaves(make: Any) -> None:
    endpoint = make().registered()
    endpoint.client.stop()
    run(endpoint.world, 1)
    assert endpoint.reports == [("unregistered",)]
    assert endpoint.world.zone.registrations() == ()
    assert endpoint.world.clock.getDelayedCalls() != []  # the gatekeeper's cache of answers
    run(endpoint.world, 16)
    assert endpoint.world.clock.getDelayedCalls() == []


def test_itLeavesEvenIfNobodyAnswers(make: Any) -> None:
    endpoint = make().registered()
    endpoint.world.network.conditions.loss = 1.0
    endpoint.client.stop()
    run(endpoint.world, 9.5)
    assert endpoint.reports == [("unregistered",)]


def test_aNameOfAnotherIsRefusedForGood(make: Any) -> None:
    make().registered()
    second = make("10.0.0.3")
    second.client.start()
    run(second.world, 120)
    assert second.reports == [("failed", "duplicateAlias", True)]


def test_aFullGatekeeperIsTriedAgainLater(make: Any) -> None:
    first = make(config={"maxRegistrations": 1}).registered()
    second = make("10.0.0.3", aliases=(partyFromText("bert"),))
    second.client.start()
    run(second.world, 1)
    assert second.reports == [("failed", "resourceUnavailable", False)]
    first.client.stop()
    run(second.world, 31)
    assert second.reports[1:] == [("registered", "bert")]


def test_silenceIsTriedAgainLater(make: Any) -> None:
    endpoint = make()
    endpoint.world.network.conditions.loss = 1.0
    names = sent(endpoint.world)
    endpoint.client.start()
    run(endpoint.world, 15.2)
    assert names == ["gatekeeperRequest"] * 3
    assert endpoint.reports == [("failed", "noAnswer", False)]
    endpoint.world.network.conditions.loss = 0.0
    run(endpoint.world, 31)
    assert endpoint.reports[1:] == [("registered", "anna")]


def test_aGatekeeperThatFallsSilentIsSoughtAgain(make: Any) -> None:
    endpoint = make(timeToLive=30).registered()
    endpoint.world.network.conditions.loss = 1.0
    run(endpoint.world, 24 + 9.5)
    assert endpoint.reports == [("lost", "noAnswer")]
    endpoint.world.network.conditions.loss = 0.0
    run(endpoint.world, 40)
    assert endpoint.reports[-1] == ("registered", "anna")


def test_itStaysRegisteredOverABadNetwork(make: Any) -> None:
    endpoint = make(timeToLive=60)
    conditions = endpoint.world.network.conditions
    conditions.loss, conditions.delay, conditions.spread = 0.2, 0.05, 0.3
    endpoint.client.start()
    run(endpoint.world, 1800)
    assert endpoint.client.endpointIdentifier is not None
    assert len(endpoint.world.zone.registrations()) == 1
    assert endpoint.world.network.lost > 5


def test_stoppingWhileItSeeksEndsTheSearch(make: Any) -> None:
    endpoint = make()
    endpoint.world.network.conditions.loss = 1.0
    endpoint.client.start()
    run(endpoint.world, 3)
    endpoint.client.stop()
    assert endpoint.reports == [("unregistered",)]
    assert endpoint.world.clock.getDelayedCalls() == []


# --- calls


def ask(endpoint: Endpoint, request: AdmissionRequest = CALL) -> list[Any]:
    answers: list[Any] = []
    asked: Deferred[AdmissionGrant] = endpoint.client.calls.admit(request)
    asked.addBoth(answers.append)
    run(endpoint.world, 0.5)
    return answers


def test_aCallToARoomIsAdmittedAndGivenBack(make: Any) -> None:
    endpoint = make().registered()
    (grant,) = ask(endpoint)
    assert grant == AdmissionGrant((Way("h323", TransportAddress("10.0.0.1", 1720)),))
    admissions = endpoint.world.zone.admissions
    assert len(admissions) == 1
    endpoint.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    run(endpoint.world, 0.5)
    assert len(admissions) == 0


def test_bothSidesOfACallAreAdmitted(make: Any) -> None:
    anna = make().registered()
    bert = make("10.0.0.3", aliases=(partyFromText("bert"),))
    bert.client.start()
    run(anna.world, 1)
    (grant,) = ask(anna, replace(CALL, called=(partyFromText("bert"),)))
    assert grant.ways[0].destination == TransportAddress("10.0.0.3", 1720)
    caller = TransportAddress("10.0.0.2", 12345)
    (grant,) = ask(bert, replace(CALL, answerCall=True, source=caller))
    assert grant.ways[0].destination == TransportAddress("10.0.0.3", 1720)
    assert len(anna.world.zone.admissions) == 2
    assert anna.world.zone.bandwidth.used == 1280


def test_aRefusalCarriesTheCauseToReleaseWith(make: Any) -> None:
    endpoint = make().registered()
    (failure,) = ask(endpoint, replace(CALL, called=(partyFromText("nobody"),)))
    assert failure.check(RemoteProtocolError)
    assert failure.value.cause is Cause.SUBSCRIBER_ABSENT
    assert failure.value.reason == "calledPartyNotRegistered"


def test_withoutARegistrationThereIsNoCall(make: Any) -> None:
    (failure,) = ask(make())
    assert failure.value.cause is Cause.CALL_REJECTED


def test_aSilentGatekeeperAdmitsNobody(make: Any) -> None:
    endpoint = make().registered()
    endpoint.world.network.conditions.loss = 1.0
    answers: list[Any] = []
    endpoint.client.calls.admit(CALL).addBoth(answers.append)
    run(endpoint.world, 15.2)
    assert answers[0].value.cause is Cause.NETWORK_OUT_OF_ORDER


def test_aGatekeeperThatDoesNotKnowUsIsRegisteredWithAgain(make: Any) -> None:
    endpoint = make().registered()
    endpoint.world.zone.registry.unregister(
        endpoint.client.endpointIdentifier, UnregisterReason.OPERATOR
    )
    (failure,) = ask(endpoint)
    assert failure.value.reason == "callerNotRegistered"
    assert endpoint.reports == [("lost", "callerNotRegistered"), ("registered", "anna")]
    (grant,) = ask(endpoint)
    assert grant.ways[0].destination == TransportAddress("10.0.0.1", 1720)


def test_bandwidthCanBeChanged(make: Any) -> None:
    endpoint = make(config={"totalBandwidth": 3000}).registered()
    ask(endpoint)
    got: list[int] = []
    for wanted in (2560, 4000):
        endpoint.client.calls.changeBandwidth(CALL, wanted).addCallback(got.append)
        run(endpoint.world, 0.5)
    assert got == [2560, 2560]


# --- what the gatekeeper asks


def fromGatekeeper(endpoint: Endpoint, request: RASMessage, host: str = "10.0.0.1") -> Any:
    peer = Peer(endpoint.world.network, host, 4000, endpoint.client.address)
    peer.send(request)
    run(endpoint.world, 0.5)
    peer.port.close()
    return [decodeRAS(data) for data, _ in peer.received]


def test_theGatekeeperCanEndACall(make: Any) -> None:
    endpoint = make().registered()
    ask(endpoint)
    ours = endpoint.client.endpointIdentifier
    call = {"callIdentifier": {"guid": CALL.identity.callIdentifier}}
    assert fromGatekeeper(endpoint, drq(1, ours, **call), "10.0.0.66") == []
    assert endpoint.reports == []
    (answer,) = fromGatekeeper(endpoint, drq(1, ours, **call))
    assert answer.name == "disengageConfirm"
    assert endpoint.reports == [("dropped", CALL)]
    (answer,) = fromGatekeeper(endpoint, drq(2, "other", **call))
    assert reasonOf(answer) == "notRegistered"


def test_theGatekeeperCannotTakeBandwidthThatIsInUse(make: Any) -> None:
    endpoint = make().registered()
    ask(endpoint)
    call = {"callIdentifier": {"guid": CALL.identity.callIdentifier}}
    answers = [
        *fromGatekeeper(endpoint, brq(1, "x", 2000, **call)),
        *fromGatekeeper(endpoint, brq(2, "x", 640, **call)),
        *fromGatekeeper(endpoint, brq(3, "x", 640)),
    ]
    assert answers[0].name == "bandwidthConfirm"
    assert reasonOf(answers[1]) == "insufficientResources"
    assert answers[1].fields["allowedBandWidth"] == 1280
    assert reasonOf(answers[2]) == "invalidConferenceID"


def test_anIRQIsAnsweredWithTheCalls(make: Any) -> None:
    endpoint = make().registered()
    ask(endpoint)
    answers: list[Any] = []
    endpoint.world.query(endpoint.client.endpointIdentifier, answers.append)
    run(endpoint.world, 0.5)
    (call,) = answers[0].fields["perCallInfo"]
    assert call["callIdentifier"] == {"guid": CALL.identity.callIdentifier}
    assert call["bandWidth"] == 1280
    assert answers[0].fields["callSignalAddress"] == [at("10.0.0.2", 1720)]


def test_anIRQForACallThatIsNotThereSaysSo(make: Any) -> None:
    endpoint = make().registered()
    fields = {
        "requestSeqNum": 4,
        "callReferenceValue": 9,
        "callIdentifier": {"guid": b"z" * 16},
    }
    (answer,) = fromGatekeeper(endpoint, RASMessage("infoRequest", fields))
    assert answer.fields["irrStatus"] == ("invalidCall", None)


def test_whatAnEndpointDoesNotKnowItSaysSo(make: Any) -> None:
    endpoint = make().registered()
    (answer,) = fromGatekeeper(endpoint, _nonStandard())
    assert answer.name == "unknownMessageResponse"


def _nonStandard() -> RASMessage:
    data = {"nonStandardIdentifier": ("object", (1, 2)), "data": b"?"}
    return RASMessage("nonStandardMessage", {"requestSeqNum": 1, "nonStandardData": data})


# --- reports


def test_itReportsEachCallAsOftenAsTheGatekeeperWants(make: Any) -> None:
    endpoint = make(gatekeeper=TransportAddress("10.0.0.7", 1719), discover=False)
    gatekeeper = Peer(endpoint.world.network, "10.0.0.7", 1719, endpoint.client.address)
    endpoint.client.start()
    run(endpoint.world, 0.2)
    rcf = {
        "protocolIdentifier": (0, 0, 8, 2250, 0, 4),
        "callSignalAddress": [],
        "endpointIdentifier": "e1",
    }
    answer(gatekeeper, "registrationConfirm", rcf)
    run(endpoint.world, 0.2)
    asked = endpoint.client.calls.admit(CALL)
    run(endpoint.world, 0.2)
    acf = {
        "bandWidth": 1280,
        "callModel": ("gatekeeperRouted", None),
        "destCallSignalAddress": at("10.0.0.7", 1720),
        "irrFrequency": 10,
    }
    answer(gatekeeper, "admissionConfirm", acf)
    run(endpoint.world, 0.2)
    assert asked.result.endpointIdentifier == "e1"
    gatekeeper.received.clear()
    run(endpoint.world, 31)
    reports = gatekeeper.messages()
    assert [each.name for each in reports] == ["infoRequestResponse"] * 3
    assert all(each.fields["unsolicited"] for each in reports)
    assert reports[0].fields["perCallInfo"][0]["callReferenceValue"] == CALL.reference
    endpoint.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    gatekeeper.received.clear()
    run(endpoint.world, 31)
    assert {each.name for each in gatekeeper.messages()} == {"disengageRequest"}


@pytest.mark.parametrize("wanted", [True, False])
def test_itTellsWhenACallWasAnsweredIfItIsAsked(make: Any, wanted: bool) -> None:
    endpoint = make(gatekeeper=TransportAddress("10.0.0.7", 1719), discover=False)
    gatekeeper = Peer(endpoint.world.network, "10.0.0.7", 1719, endpoint.client.address)
    endpoint.client.start()
    run(endpoint.world, 0.2)
    (asked,) = gatekeeper.messages()
    assert "startTime" in asked.fields["usageReportingCapability"]
    rcf = {
        "protocolIdentifier": (0, 0, 8, 2250, 0, 4),
        "callSignalAddress": [],
        "endpointIdentifier": "e1",
    }
    answer(gatekeeper, "registrationConfirm", rcf)
    run(endpoint.world, 0.2)
    endpoint.client.calls.admit(CALL)
    run(endpoint.world, 0.2)
    acf = {
        "bandWidth": 1280,
        "callModel": ("direct", None),
        "destCallSignalAddress": at("10.0.0.7", 1720),
    }
    answer(gatekeeper, "admissionConfirm", acf | (USAGE_WANTED if wanted else {}))
    run(endpoint.world, 5)
    endpoint.client.calls.answered(CALL)
    run(endpoint.world, 20)
    gatekeeper.received.clear()
    endpoint.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    run(endpoint.world, 0.2)
    told: Any = gatekeeper.messages()[0].fields.get("usageInformation")
    if wanted:
        assert told["endTime"] - told["connectTime"] == pytest.approx(20, abs=1)
    else:
        assert told is None


def answer(gatekeeper: Peer, name: str, fields: dict[str, Any]) -> None:
    seq = gatekeeper.messages()[-1].requestSeqNum
    gatekeeper.send(RASMessage(name, fields | {"requestSeqNum": seq}))


# --- alternate gatekeepers

SECOND = AlternateConfig("10.0.0.9", "second")


def confirmed(rrq: RASMessage, **more: Any) -> RASMessage:
    fields = {
        "requestSeqNum": rrq.requestSeqNum,
        "protocolIdentifier": (0, 0, 8, 2250, 0, 7),
        "callSignalAddress": [],
        "gatekeeperIdentifier": "second",
        "endpointIdentifier": "there",
        "timeToLive": 60,
        "willRespondToIRR": False,
        "maintainConnection": False,
    }
    return RASMessage("registrationConfirm", fields | more)


def test_whenTheGatekeeperIsSilentItsAlternateIsRegisteredWith(make: Any) -> None:
    endpoint = make(config={"alternates": (SECOND,), "timeToLive": 30}).registered()
    second = Peer(endpoint.world.network, "10.0.0.9")
    endpoint.world.zone.close()
    run(endpoint.world, 35)
    (request,) = second.messages()
    assert request.name == "registrationRequest"
    assert not request.fields["keepAlive"]
    assert request.fields["gatekeeperIdentifier"] == "second"
    assert "endpointIdentifier" not in request.fields
    second.send(confirmed(request), endpoint.client.address)
    run(endpoint.world, 1)
    assert endpoint.reports == [("lost", "noAnswer"), ("registered", "anna")]
    assert endpoint.client.endpointIdentifier == "there"


def test_afterTheLastAlternateTheFirstGatekeeperIsSoughtAgain(make: Any) -> None:
    endpoint = make(config={"alternates": (SECOND,), "timeToLive": 30}).registered()
    endpoint.world.zone.close()
    run(endpoint.world, 45)
    assert endpoint.reports == [("lost", "noAnswer"), ("failed", "noAnswer", False)]
    first = Peer(endpoint.world.network, "10.0.0.1")
    run(endpoint.world, 30)
    assert first.messages()[0].name == "gatekeeperRequest"


def test_whoFindsNoPlaceRegistersWithTheAlternate(make: Any) -> None:
    config = {"alternates": (SECOND,), "maxRegistrations": 1}
    endpoint = make(config=config)
    endpoint.world.registered("10.0.0.3", ("h323-ID", "bert"))
    second = Peer(endpoint.world.network, "10.0.0.9")
    endpoint.client.start()
    run(endpoint.world, 1)
    (request,) = second.messages()
    assert request.name == "registrationRequest"
    assert endpoint.reports == []


# --- calls granted beforehand


def test_aCallToAKnownAddressNeedsNoQuestionIfItWasGrantedBeforehand(make: Any) -> None:
    endpoint = make(config={"preGrantedCalls": PreGranted.MAKE, "irrFrequency": 10}).registered()
    names = sent(endpoint.world)
    grants: list[Any] = []
    there = TransportAddress("10.0.0.7", 1720)
    call = replace(CALL, destination=there)
    endpoint.client.calls.admit(call).addCallback(grants.append)
    assert grants == [AdmissionGrant((Way("h323", there),))]
    run(endpoint.world, 12)
    assert names == ["infoRequestResponse"]
    endpoint.client.calls.disengage(call, Cause.NORMAL_CALL_CLEARING)
    run(endpoint.world, 1)
    assert names[1:] == ["disengageRequest", "disengageConfirm"]


def test_whatWasNotGrantedBeforehandIsAskedFor(make: Any) -> None:
    endpoint = make(config={"preGrantedCalls": PreGranted.MAKE}).registered()
    names = sent(endpoint.world)
    here = TransportAddress(endpoint.host, 1720)
    endpoint.client.calls.admit(CALL).addErrback(lambda failure: None)  # its address is not known
    endpoint.client.calls.admit(replace(CALL, answerCall=True, destination=here))
    run(endpoint.world, 1)
    assert names.count("admissionRequest") == 2
