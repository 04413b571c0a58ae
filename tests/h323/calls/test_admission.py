"""
Calls of an endpoint that is registered with a gatekeeper.
"""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.errors import RemoteProtocolError
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.signalling.q931 import MessageType
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from tests.support.h323 import PROFILE, Party, ScriptedCallee, ScriptedPeer, Side
from tests.support.network import SimulatedNetwork

CALLED = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")


class Gatekeeper:
    """
    An admitter that answers when it is told to.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[AdmissionRequest, Deferred[AdmissionGrant]]] = []
        self.ended: list[tuple[AdmissionRequest, Cause]] = []

    def concerns(self, request: AdmissionRequest) -> bool:
        return True

    def admit(self, request: AdmissionRequest) -> Deferred[AdmissionGrant]:
        answer: Deferred[AdmissionGrant] = Deferred()
        self.asked.append((request, answer))
        return answer

    def answered(self, request: AdmissionRequest) -> None:
        pass

    def disengage(self, request: AdmissionRequest, cause: Cause) -> None:
        self.ended.append((request, cause))

    def confirm(self, grant: AdmissionGrant | None = None) -> AdmissionRequest:
        request, answer = self.asked[-1]
        answer.callback(grant or AdmissionGrant())
        return request


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    return Gatekeeper()


@pytest.fixture
def side(network: SimulatedNetwork, gatekeeper: Gatekeeper) -> Side:
    return Side(network, "10.0.0.1", admitter=gatekeeper)


def call(side: Side, clock: Clock) -> Party:
    party = Party()
    party.leg = side.endpoint.originator.originate(
        CallID("c1"), (), Way("h323", None, (CALLED,)), PROFILE, party
    )
    clock.pump([0.005] * 10)
    return party


def test_theCallerAsksWhereToCall(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper, clock: Clock
) -> None:
    callee = ScriptedCallee(network, "10.0.0.9")
    call(side, clock)
    assert callee.received == []
    request = gatekeeper.confirm(AdmissionGrant((Way("h323", callee.address),)))
    callee.settle()
    assert not request.answerCall
    assert request.called == (CALLED,)
    _, content = callee.received[0]
    assert content.callIdentifier == request.identity.callIdentifier
    assert "endpointIdentifier" not in content.fields


def test_aRoutingGatekeeperIsToldWhoWeAreAndMayRename(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper, clock: Clock
) -> None:
    callee = ScriptedCallee(network, "10.0.0.9")
    call(side, clock)
    other = PartyAddress(AddressKind.H323_ID, "room")
    gatekeeper.confirm(AdmissionGrant((Way("h323", callee.address, (other,)),), "ep1"))
    callee.settle()
    _, content = callee.received[0]
    assert content.fields["endpointIdentifier"] == "ep1"
    assert content.aliases("destinationAddress") == (other,)


def test_whatTheSetupHasToShowIsInIt(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper, clock: Clock
) -> None:
    callee = ScriptedCallee(network, "10.0.0.9")
    call(side, clock)
    token = {"tokenOID": (1, 2, 3)}
    gatekeeper.confirm(AdmissionGrant((Way("h323", callee.address),), tokens=(token,)))
    callee.settle()
    assert callee.received[0][1].fields["tokens"] == [token]


def test_aRefusalReleasesTheCall(side: Side, gatekeeper: Gatekeeper, clock: Clock) -> None:
    party = call(side, clock)
    error = RemoteProtocolError(Cause.SUBSCRIBER_ABSENT, "calledPartyNotRegistered")
    gatekeeper.asked[0][1].errback(error)
    assert party.cause is Cause.SUBSCRIBER_ABSENT
    assert gatekeeper.ended == []


def test_aGrantWithoutAnAddressHasNoRoute(side: Side, gatekeeper: Gatekeeper, clock: Clock) -> None:
    party = call(side, clock)
    gatekeeper.confirm()
    assert party.cause is Cause.NO_ROUTE_TO_DESTINATION
    assert len(gatekeeper.ended) == 1


def test_theCalledSideAsksAfterCallProceeding(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    assert peer.kinds == [MessageType.CALL_PROCEEDING]
    assert side.parties == []
    request = gatekeeper.confirm()
    peer.settle()
    assert request.answerCall
    assert request.called == (CALLED,)
    assert MessageType.CONNECT in peer.kinds


def test_aRefusedIncomingCallIsNeverOffered(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    gatekeeper.asked[0][1].errback(RemoteProtocolError(Cause.CALL_REJECTED, "securityDenial"))
    peer.settle()
    assert peer.cause == Cause.CALL_REJECTED
    assert side.parties == []


def test_theEndIsToldOnceWithItsCause(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    request = gatekeeper.confirm()
    peer.close()
    assert gatekeeper.ended == [(request, Cause.TEMPORARY_FAILURE)]


def test_anAdmissionThatComesTooLateIsGivenBack(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper, clock: Clock
) -> None:
    party = call(side, clock)
    assert party.leg is not None
    party.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    request = gatekeeper.confirm(AdmissionGrant((Way("h323", TransportAddress("10.0.0.9", 1720)),)))
    assert [ended for ended, _ in gatekeeper.ended] == [request]
    assert not len(side.endpoint.legs)


def test_aCallerThatGivesUpWhileWeAskIsNotOffered(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    peer.close()
    gatekeeper.confirm()
    assert side.parties == []
    assert len(gatekeeper.ended) == 1


def test_aWithdrawnAdmissionEndsTheCall(
    network: SimulatedNetwork, side: Side, gatekeeper: Gatekeeper
) -> None:
    peer = ScriptedPeer(network, "10.0.0.9", side.endpoint.address)
    peer.setup()
    request = gatekeeper.confirm()
    side.endpoint.dropCall(request)
    peer.settle()
    assert side.parties[0].cause is Cause.NORMAL_UNSPECIFIED
    assert peer.kinds[-1] is MessageType.RELEASE_COMPLETE
