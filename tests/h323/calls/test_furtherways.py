"""
A call that a gatekeeper knows several ways for.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.ways import Way
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.calls.callinputs import T303
from h323d.h323.calls.furtherways import GOES_ON_AFTER
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from tests.h323.calls.test_admission import Gatekeeper, call
from tests.support.h323 import KIND, Party, ScriptedCallee, Side
from tests.support.network import SimulatedNetwork

NOWHERE = TransportAddress("10.0.0.99", 1720)
DESK = PartyAddress(AddressKind.H323_ID, "desk")


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    return Gatekeeper()


@pytest.fixture
def side(network: SimulatedNetwork, gatekeeper: Gatekeeper) -> Side:
    return Side(network, "10.0.0.1", admitter=gatekeeper)


@pytest.fixture
def callee(network: SimulatedNetwork) -> ScriptedCallee:
    return ScriptedCallee(network, "10.0.0.9")


@pytest.fixture
def other(network: SimulatedNetwork) -> ScriptedCallee:
    return ScriptedCallee(network, "10.0.0.8")


@pytest.fixture
def place(side: Side, gatekeeper: Gatekeeper, clock: Clock) -> Any:
    """
    Make a call, which the gatekeeper grants.
    """

    def place(first: TransportAddress, *others: Way) -> Party:
        party = call(side, clock)
        gatekeeper.confirm(AdmissionGrant((Way("h323", first), *others)))
        clock.pump([0.005] * 60)
        return party

    return place


def refuse(callee: ScriptedCallee, cause: Cause) -> None:
    message = messages.release(cause, uuie.write(uuie.EMPTY, False, ()))
    callee.send(messages.addressed(message, callee.reference, True))
    callee.settle()
    callee.settle()


def test_itKnowsTheCausesOfRoutedCalls() -> None:
    assert frozenset(RoutedConfig().failoverCauses) == GOES_ON_AFTER


def test_whereNobodyListensTheNextWayIsTaken(
    place: Any, side: Side, gatekeeper: Gatekeeper, callee: ScriptedCallee
) -> None:
    party = place(NOWHERE, Way("h323", callee.address, (DESK,)))
    ((_, content),) = callee.received
    assert content.aliases("destinationAddress") == (DESK,)
    callee.connect()
    callee.settle()
    assert party.leg is not None
    assert party.leg.state == "active"
    assert party.leg.peer == callee.address
    assert gatekeeper.ended == []


def test_itIsTheSameCallOnEachWay(
    place: Any, side: Side, gatekeeper: Gatekeeper, callee: ScriptedCallee, other: ScriptedCallee
) -> None:
    party = place(callee.address, Way("h323", other.address))
    refuse(callee, Cause.SWITCHING_EQUIPMENT_CONGESTION)
    assert party.cause is None
    assert other.identity == callee.identity
    assert len(gatekeeper.asked) == 1


@pytest.mark.parametrize("cause", [Cause.USER_BUSY, Cause.CALL_REJECTED])
def test_whoeverDoesNotWantTheCallIsNotCalledElsewhere(
    place: Any,
    side: Side,
    gatekeeper: Gatekeeper,
    callee: ScriptedCallee,
    other: ScriptedCallee,
    cause: Cause,
) -> None:
    party = place(callee.address, Way("h323", other.address))
    refuse(callee, cause)
    assert party.cause is cause
    assert other.received == []


def test_aTelephoneThatRangIsNotLeftForAnother(
    place: Any, side: Side, gatekeeper: Gatekeeper, callee: ScriptedCallee, other: ScriptedCallee
) -> None:
    party = place(callee.address, Way("h323", other.address))
    callee.say(MessageType.ALERTING, uuie.alerting(callee.identity, KIND, Start()), False)
    callee.settle()
    refuse(callee, Cause.TEMPORARY_FAILURE)
    assert party.cause is Cause.TEMPORARY_FAILURE
    assert other.received == []


def test_silenceAfterTheSetupIsAFailureToo(
    place: Any,
    side: Side,
    gatekeeper: Gatekeeper,
    callee: ScriptedCallee,
    other: ScriptedCallee,
    clock: Clock,
) -> None:
    party = place(callee.address, Way("h323", other.address))
    clock.pump([0.1] * round(T303 * 10 + 2))
    assert party.cause is None
    assert len(other.received) == 1


def test_whenTheLastWayFailsTheCallIsOverOnce(
    place: Any, side: Side, gatekeeper: Gatekeeper, callee: ScriptedCallee
) -> None:
    party = place(callee.address, Way("h323", NOWHERE), Way("h323", NOWHERE))
    refuse(callee, Cause.NO_CIRCUIT_AVAILABLE)
    callee.settle()
    assert party.cause is Cause.DESTINATION_OUT_OF_ORDER
    assert [cause for _, cause in gatekeeper.ended] == [Cause.DESTINATION_OUT_OF_ORDER]
    assert not len(side.endpoint.legs)


def test_whoHangsUpIsNotConnectedElsewhere(
    place: Any, side: Side, gatekeeper: Gatekeeper, callee: ScriptedCallee, other: ScriptedCallee
) -> None:
    party = place(callee.address, Way("h323", other.address))
    assert party.leg is not None
    party.leg.hangup(Cause.TEMPORARY_FAILURE)
    callee.settle()
    assert party.cause is Cause.TEMPORARY_FAILURE
    assert other.received == []
