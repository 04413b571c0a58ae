"""
An endpoint whose gatekeeper sends it to others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from h323d.errors import RemoteProtocolError
from h323d.h323.ras.alternates import MAX_REDIRECTIONS
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from tests.support.ras import Peer, at
from tests.support.rasendpoint import CALL, Endpoint

FIRST, SECOND, THIRD = "10.0.1.1", "10.0.1.2", "10.0.1.3"
VERSION = (0, 0, 8, 2250, 0, 7)
OTHER = replace(CALL, identity=CallIdentity(b"o" * 16, b"o" * 16), reference=6)


def alternate(host: str, needToRegister: bool = True, priority: int = 0) -> dict[str, Any]:
    return {
        "rasAddress": at(host, 1719),
        "gatekeeperIdentifier": host,
        "needToRegister": needToRegister,
        "priority": priority,
    }


def sentTo(*alternates: dict[str, Any], permanent: bool = False) -> dict[str, Any]:
    info = {"alternateGatekeeper": list(alternates), "altGKisPermanent": permanent}
    return {"rejectReason": ("resourceUnavailable", None), "altGKInfo": info}


@dataclass
class Gatekeeper:
    """
    One that does as it is told, and confirms what nobody told it about.

    @ivar rejects: the fields of its rejects, by the kind of request.
    @ivar silent: answers nothing.
    @ivar asked: C{(kind, gatekeeperIdentifier, endpointIdentifier)} of all requests.
    """

    world: Any
    host: str
    rejects: dict[str, dict[str, Any]] = field(default_factory=dict)
    silent: bool = False
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.peer = Peer(self.world.network, self.host)
        self.peer.datagramReceived = self.heard  # type: ignore[method-assign]  # it answers here

    def heard(self, data: bytes, source: TransportAddress) -> None:
        message = decodeRAS(data)
        kind = message.name.removesuffix("Request")
        if kind == message.name or self.silent:  # an answer, or a report
            self.asked.append((kind, None, None))
            return
        named = message.fields.get("gatekeeperIdentifier")
        self.asked.append((kind, named, message.fields.get("endpointIdentifier")))
        reject = self.rejects.get(kind)
        fields = self.confirm(kind, message) if reject is None else dict(reject)
        name = kind + ("Confirm" if reject is None else "Reject")
        if name == "registrationReject":
            fields["protocolIdentifier"] = VERSION
        fields["requestSeqNum"] = message.requestSeqNum
        self.peer.send(RASMessage(name, fields), source)

    def confirm(self, kind: str, message: RASMessage) -> dict[str, Any]:
        if kind == "registration":
            return {
                "protocolIdentifier": VERSION,
                "callSignalAddress": [],
                "gatekeeperIdentifier": self.host,
                "endpointIdentifier": f"at {self.host}",
                "timeToLive": 60,
            }
        if kind == "admission":
            return {
                "bandWidth": message.fields["bandWidth"],
                "callModel": ("direct", None),
                "destCallSignalAddress": at(self.host, 1720),
            }
        return {"bandWidth": message.fields["bandWidth"]} if kind == "bandwidth" else {}

    def kinds(self) -> list[str]:
        kinds = [kind for kind, _, _ in self.asked]
        self.asked.clear()
        return kinds


@pytest.fixture
def anna(world: Any) -> Any:
    endpoint = Endpoint(
        world,
        profile={"gatekeeper": TransportAddress(FIRST, 1719), "discover": False},
    )
    yield endpoint
    endpoint.client.close()


@pytest.fixture
def first(anna: Endpoint) -> Gatekeeper:
    """
    Anna's gatekeeper.
    """
    gatekeeper = Gatekeeper(anna.world, FIRST)
    anna.registered()
    gatekeeper.asked.clear()
    return gatekeeper


@pytest.fixture
def second(anna: Endpoint) -> Gatekeeper:
    return Gatekeeper(anna.world, SECOND)


def admitted(anna: Endpoint, request: Any = CALL) -> list[Any]:
    """
    What becomes of a call: where it goes, or why it does not.
    """
    outcome: list[Any] = []

    def refused(failure: Any) -> None:
        outcome.append(failure.trap(RemoteProtocolError) and failure.value.cause)

    asked = anna.client.calls.admit(request)
    asked.addCallbacks(lambda grant: outcome.append(grant.ways[0].destination.host), refused)
    anna.run(1)
    return outcome


# --- one request


def test_oneRequestIsRepeatedAtTheAlternateAndTheNextIsNot(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND, False))
    assert admitted(anna) == [SECOND]
    assert second.asked == [("admission", SECOND, f"at {FIRST}")]
    del first.rejects["admission"]
    assert admitted(anna, OTHER) == [FIRST]
    assert anna.reports == []


def test_theCallStaysWithWhoAdmittedIt(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND, False))
    admitted(anna)
    first.asked.clear()
    anna.client.calls.changeBandwidth(CALL, 640)
    anna.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    anna.run(1)
    assert second.kinds() == ["admission", "bandwidth", "disengage"]
    assert first.asked == []


def test_whoAdmittedACallMayEndIt(anna: Endpoint, first: Gatekeeper, second: Gatekeeper) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND, False))
    admitted(anna)
    drq = {
        "requestSeqNum": 9,
        "endpointIdentifier": f"at {FIRST}",
        "conferenceID": CALL.identity.conferenceID,
        "callReferenceValue": CALL.reference,
        "callIdentifier": {"guid": CALL.identity.callIdentifier},
        "disengageReason": ("forcedDrop", None),
        "answeredCall": False,
    }
    request = RASMessage("disengageRequest", drq)
    Peer(anna.world.network, THIRD).send(request, anna.client.address)
    anna.run(0.2)
    assert anna.reports == []
    second.peer.send(request, anna.client.address)
    anna.run(0.2)
    assert anna.reports == [("dropped", CALL)]
    assert second.kinds()[-1] == "disengageConfirm"


def test_ifOneAlternateIsSilentTheNextIsAsked(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    second.silent = True
    third = Gatekeeper(anna.world, THIRD)
    alternates = (alternate(THIRD, False, 2), alternate(SECOND, False, 1))
    first.rejects["admission"] = sentTo(*alternates)
    outcome = admitted(anna)
    anna.run(20)
    assert outcome == [THIRD]
    assert (second.kinds(), third.kinds()) == (["admission"] * 3, ["admission"])


def test_ifAllAlternatesSendItAwayTheCallIsRefused(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND, False))
    second.rejects["admission"] = sentTo(alternate(FIRST, False))
    assert admitted(anna) == [Cause.RESOURCE_UNAVAILABLE]
    assert (first.kinds(), second.kinds()) == (["admission"], ["admission"])


# --- all of them


@pytest.mark.parametrize("permanent", [True, False])
def test_whereItHasToRegisterItMovesAndAsksAgain(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper, permanent: bool
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND), permanent=permanent)
    assert admitted(anna) == [SECOND]
    assert second.asked == [
        ("registration", SECOND, None),
        ("admission", SECOND, f"at {SECOND}"),
    ]
    assert anna.reports == [("lost", "resourceUnavailable"), ("registered", "anna")]
    assert admitted(anna, OTHER) == [SECOND]


def test_whatTheFirstGatekeeperAdmittedIsToldToItStill(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    assert admitted(anna) == [FIRST]
    first.rejects["admission"] = sentTo(alternate(SECOND), permanent=True)
    assert admitted(anna, OTHER) == [SECOND]
    first.asked.clear()
    second.asked.clear()
    anna.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    anna.client.calls.disengage(OTHER, Cause.NORMAL_CALL_CLEARING)
    anna.run(1)
    assert first.asked == [("disengage", FIRST, f"at {FIRST}")]
    assert second.asked == [("disengage", SECOND, f"at {SECOND}")]


def test_whereItIsKnownItGoesWithoutRegisteringAndTakesItsCallsAlong(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    assert admitted(anna) == [FIRST]
    first.rejects["admission"] = sentTo(alternate(SECOND, False), permanent=True)
    assert admitted(anna, OTHER) == [SECOND]
    anna.client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    anna.run(60)
    assert anna.reports == []
    assert second.asked == [
        ("admission", SECOND, f"at {FIRST}"),
        ("disengage", SECOND, f"at {FIRST}"),
        ("registration", SECOND, f"at {FIRST}"),
    ]


def test_twoCallsThatAreSentAwayAtOnceMoveOnce(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND), permanent=True)
    outcome: list[Any] = []
    for request in (CALL, OTHER):
        anna.client.calls.admit(request).addCallback(outcome.append)
    anna.run(1)
    assert [each.ways[0].destination.host for each in outcome] == [SECOND, SECOND]
    assert second.kinds() == ["registration", "admission", "admission"]


def test_theCallFailsIfNobodyTakesTheEndpoint(anna: Endpoint, first: Gatekeeper) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND))
    outcome = admitted(anna)
    anna.run(15)
    assert outcome == [Cause.NETWORK_OUT_OF_ORDER]
    assert anna.reports[-1] == ("failed", "noAnswer", False)


def test_aCallIsNotSentToAndFroForEver(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    first.rejects["admission"] = sentTo(alternate(SECOND))
    second.rejects["admission"] = sentTo(alternate(FIRST))
    assert admitted(anna) == [Cause.RESOURCE_UNAVAILABLE]
    assert len(first.kinds()) + len(second.kinds()) < 10


def test_whenTheGatekeeperIsSilentANewCallIsAskedOfItsAlternate(
    anna: Endpoint, second: Gatekeeper
) -> None:
    first = Gatekeeper(anna.world, FIRST)
    confirm = first.confirm
    first.confirm = lambda kind, message: (  # type: ignore[method-assign]  # it tells of another
        confirm(kind, message) | {"alternateGatekeeper": [alternate(SECOND)]}
    )
    anna.registered()
    first.silent = True
    outcome = admitted(anna)
    anna.run(20)
    assert outcome == [SECOND]
    assert anna.reports == [("lost", "noAnswer"), ("registered", "anna")]


# --- registrations


def test_gatekeepersThatSendItToEachOtherAreLeftInPeaceForAWhile(
    anna: Endpoint, second: Gatekeeper
) -> None:
    first = Gatekeeper(anna.world, FIRST)
    first.rejects["registration"] = sentTo(alternate(SECOND))
    second.rejects["registration"] = sentTo(alternate(FIRST))
    anna.client.start()
    anna.run(5)
    assert anna.reports == [("failed", "resourceUnavailable", False)]
    assert len(first.kinds()) + len(second.kinds()) == MAX_REDIRECTIONS + 1
    first.rejects.clear()
    anna.run(30)
    assert anna.reports[-1] == ("registered", "anna")


def test_anAlternateWithoutANameIsNotAskedByAnothers(world: Any) -> None:
    anna = Endpoint(
        world,
        profile={
            "gatekeeper": TransportAddress(FIRST, 1719),
            "gatekeeperIdentifier": FIRST,
            "discover": False,
        },
    )
    first, second = Gatekeeper(world, FIRST), Gatekeeper(world, SECOND)
    nameless = alternate(SECOND)
    del nameless["gatekeeperIdentifier"]
    first.rejects["registration"] = sentTo(nameless)
    anna.registered()
    assert first.asked == [("registration", FIRST, None)]
    assert second.asked == [("registration", None, None)]
    anna.client.close()


def test_aURQThatNamesAnAlternateMovesTheEndpoint(
    anna: Endpoint, first: Gatekeeper, second: Gatekeeper
) -> None:
    urq = {
        "requestSeqNum": 9,
        "callSignalAddress": [at(anna.host, 1720)],
        "endpointIdentifier": f"at {FIRST}",
        "reason": ("maintenance", None),
        "alternateGatekeeper": [alternate(SECOND)],
    }
    first.peer.send(RASMessage("unregistrationRequest", urq), anna.client.address)
    anna.run(1)
    assert first.kinds() == ["unregistrationConfirm"]
    assert second.asked == [("registration", SECOND, None)]
    assert anna.reports == [("lost", "unregistrationRequest"), ("registered", "anna")]
