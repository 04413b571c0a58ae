"""
The calls that only RAS tells of.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.call.homes import homeAt
from h323d.events.calls import CallEnded, CallOffered
from h323d.events.gatekeeper import CallUsageTold, RASAdmissionEnded, RASAdmissionGranted
from h323d.gatekeeper.lines.admitted import AdmittedCalls
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID
from tests.support.zone import World

CALL = "aa" * 16
AT = TransportAddress("10.0.0.9", 1720)
ANNA, BOB = ((PartyAddress(AddressKind.H323_ID, name),) for name in ("anna", "bob"))


class Scene:
    """
    Two endpoints.
    """

    def __init__(self, world: World) -> None:
        _, self.anna = world.registered("10.0.0.2", ("h323-ID", "anna"))
        _, self.bob = world.registered("10.0.0.3", ("h323-ID", "bob"))
        self.events = world.events
        self.table = LineTable()
        names = PartyNames(world.zone.registry, world.zone.users, homeAt("10.0.0.1"), ())
        AdmittedCalls(self.table, names, world.events)

    def tell(self, kind: Any, *values: Any) -> None:
        self.events.publish(kind(0.0, *values))

    def granted(self, endpointId: str, answerCall: bool, model: str = "direct") -> None:
        values = endpointId, CALL, 1280, answerCall, "bb" * 16, AT, model, AT, ANNA, BOB
        self.tell(RASAdmissionGranted, *values)

    def ended(self, endpointId: str, answerCall: bool) -> None:
        values = endpointId, CALL, answerCall, Cause.NORMAL_CALL_CLEARING, True
        self.tell(RASAdmissionEnded, *values)

    def offered(self) -> None:
        self.tell(CallOffered, CallID("c"), LegID("l"), "h323", AT, CALL)

    def told(self, name: str) -> list[tuple[str, bool, tuple[PartyAddress, ...]]]:
        calls = self.table.of({name})
        return [(each.state.value, each.isInitiator, each.others) for each in calls]


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_aDirectCallIsTriedUntilSomebodyTellsThatItIsAnswered(scene: Scene) -> None:
    scene.granted(scene.anna, False)
    scene.granted(scene.bob, True)
    assert scene.told("anna") == [("trying", True, BOB)]
    assert scene.told("bob") == [("trying", False, ANNA)]
    scene.tell(CallUsageTold, scene.anna, CALL, False, 0.0)
    assert scene.told("anna") == [("confirmed", True, BOB)]
    assert scene.told("bob") == [("confirmed", False, ANNA)]
    scene.ended(scene.anna, False)
    assert scene.told("anna") == []
    assert scene.told("bob") == [("confirmed", False, ANNA)]
    scene.ended(scene.bob, True)
    assert scene.told("bob") == []


def test_aCallThatIsRoutedIsToldByItsSignalling(scene: Scene) -> None:
    scene.granted(scene.anna, False, "routed")
    assert scene.told("anna") == []


def test_aCallThatComesHereIsToldByItsSignallingFromThenOn(scene: Scene) -> None:
    scene.granted(scene.anna, False)
    scene.offered()
    assert scene.told("anna") == []
    scene.granted(scene.bob, True)
    assert scene.told("bob") == []
    scene.ended(scene.bob, True)
    scene.tell(CallEnded, CallID("c"), LegID("l"), Cause.NORMAL_CALL_CLEARING)
    scene.granted(scene.bob, True)
    assert len(scene.told("bob")) == 1


def test_nothingIsSaidByWhichACallCouldBeMeddledWith(scene: Scene) -> None:
    scene.granted(scene.anna, False)
    (call,) = scene.table.of({"anna"})
    assert scene.anna not in call.legId
    assert CALL not in call.legId
