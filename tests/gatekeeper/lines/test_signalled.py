"""
The calls whose signalling we see.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.call.lines import LineCall, LineState
from h323d.events.calls import (
    CallAdmitted,
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOriginated,
    CallRefused,
    CallRouted,
    CallTransferred,
)
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.signalled import SignalledCalls
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from tests.support.zone import World

CALL, HERE, THERE, OTHER = CallID("c"), LegID("here"), LegID("there"), LegID("other")
AT_BOB = "10.0.0.3"


def party(name: str) -> tuple[PartyAddress, ...]:
    return (PartyAddress(AddressKind.H323_ID, name),)


class Scene:
    """
    Anna, who is not registered, and Bob, who is.
    """

    def __init__(self, world: World) -> None:
        _, self.bob = world.registered(AT_BOB, ("h323-ID", "bob"), ("dialledDigits", "1002"))
        self.events = world.events
        self.table = LineTable()
        names = PartyNames(world.zone.registry, world.zone.users, homeAt("10.0.0.1"), ())
        SignalledCalls(self.table, names, world.events)

    def tell(self, kind: Any, *values: Any) -> None:
        self.events.publish(kind(0.0, *values))

    def called(self, restricted: bool = False) -> None:
        self.tell(CallAdmitted, CALL, HERE, party("anna"), party("bob"), restricted)

    def onward(self) -> None:
        """
        The gateway calls Bob.
        """
        self.tell(CallOriginated, CALL, THERE, "sip", party("anna"), party("bob"), HERE)
        self.tell(CallRouted, CALL, HERE, "gateway", "", TransportAddress(AT_BOB, 1720), THERE)

    def routed(self) -> None:
        """
        The call is routed to Bob.
        """
        address = TransportAddress(AT_BOB, 1720)
        self.tell(CallRouted, CALL, HERE, "routed", self.bob, address)

    def of(self, name: str) -> list[LineCall]:
        return list(self.table.of({name}))

    def states(self, *names: str) -> list[str]:
        return [each.state.value for name in names for each in self.of(name)]


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_whoCallsIsInACallFromThenOn(scene: Scene) -> None:
    scene.called()
    assert scene.of("anna") == [LineCall(HERE, LineState.TRYING, True, party("bob"))]
    assert scene.of("bob") == []


def test_aCallThroughTheGatewayIsOneOfBoth(scene: Scene) -> None:
    scene.called()
    scene.onward()
    assert scene.of("1002") == [LineCall(THERE, LineState.PROCEEDING, False, party("anna"))]
    assert scene.states("anna", "bob") == ["proceeding", "proceeding"]
    scene.tell(CallAlerting, CALL, THERE)
    assert scene.states("anna", "bob") == ["early", "early"]
    scene.tell(CallAnswered, CALL, THERE)
    assert scene.states("anna", "bob") == ["early", "confirmed"]
    scene.tell(CallAnswered, CALL, HERE)
    assert scene.states("anna", "bob") == ["confirmed", "confirmed"]
    scene.tell(CallEnded, CALL, THERE, Cause.NORMAL_CALL_CLEARING)
    scene.tell(CallEnded, CALL, HERE, Cause.NORMAL_CALL_CLEARING)
    assert scene.states("anna", "bob", "1002") == []


def test_aRoutedCallIsOneOfBothThoughItHasOneLeg(scene: Scene) -> None:
    scene.called()
    scene.routed()
    assert scene.states("anna", "bob") == ["proceeding", "proceeding"]
    (call,) = scene.of("1002")
    assert (call.isInitiator, call.others) == (False, party("anna"))
    scene.tell(CallAlerting, CALL, HERE)
    assert scene.states("anna", "bob") == ["early", "early"]
    scene.tell(CallAnswered, CALL, HERE)
    assert scene.states("anna", "bob") == ["confirmed", "confirmed"]
    scene.tell(CallEnded, CALL, HERE, Cause.NORMAL_CALL_CLEARING)
    assert scene.states("anna", "bob") == []


def test_aCallIntoARoomIsTheCallersAlone(scene: Scene) -> None:
    scene.called()
    scene.tell(CallRouted, CALL, HERE, "conference", "80001")
    assert scene.states("anna", "bob") == ["proceeding"]


def test_whoDoesNotWantToBeKnownIsNot(scene: Scene) -> None:
    scene.called(restricted=True)
    scene.routed()
    (call,) = scene.of("bob")
    assert call.others == (ANONYMOUS,)
    assert scene.states("anna") == ["proceeding"]


def test_aCallIsOverThatIsRefused(scene: Scene) -> None:
    scene.called()
    scene.tell(CallRefused, CALL, HERE, Cause.USER_BUSY, "noRoute")
    assert scene.of("anna") == []


def test_whoGoesOnElsewhereIsInThatCall(scene: Scene) -> None:
    scene.called()
    scene.onward()
    scene.tell(CallTransferred, CALL, THERE, CallID("d"), OTHER)
    scene.tell(CallOriginated, CallID("d"), OTHER, "sip", party("carol"), party("bob"), None)
    assert [each.legId for each in scene.of("bob")] == [OTHER]
