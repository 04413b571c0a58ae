"""
What is told of calls that are known to use more than they were granted.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import BandwidthExceeded
from h323d.gatekeeper.admission import AdmissionTable, CallAdmission, TooManyCalls
from h323d.gatekeeper.bandwidth import Bandwidth, Claim
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.routed.usage import Usage
from h323d.values.address import TransportAddress
from tests.support.ras import CALL, CONFERENCE

HERE, THERE = TransportAddress("10.0.0.2", 1719), TransportAddress("10.0.0.1", 1720)


def wanted(endpointId: str = "anna", answerCall: bool = False) -> CallAdmission:
    claim = Claim(CALL, endpointId, answerCall)
    return CallAdmission(claim, CONFERENCE, 7, 1280, HERE, THERE)


class Scene:
    """
    A table, and what it told.
    """

    def __init__(self) -> None:
        events, config = EventBus(), GatekeeperConfig()
        self.facts: list[Fact] = []
        events.subscribe(BandwidthExceeded, self.facts.append)
        self.table = AdmissionTable(config, Clock(), events, Bandwidth(config))

    @property
    def told(self) -> list[tuple[str, int, int]]:
        return [
            (each.endpointId, each.granted, each.used)
            for each in self.facts
            if isinstance(each, BandwidthExceeded)
        ]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_bothSidesOfACallThatIsSeenToUseMoreAreTold(scene: Scene) -> None:
    for admission in (wanted(), wanted("bert", True)):
        scene.table.admit(admission)
    scene.table.watch(CALL, Usage(1280, True))
    assert scene.told == []
    scene.table.watch(CALL, Usage(4000, True))
    assert scene.told == [("anna", 1280, 4000), ("bert", 1280, 4000)]


def test_itIsToldAgainOnlyWhenItChanges(scene: Scene) -> None:
    admission = scene.table.admit(wanted())
    for used in (4000, 4000, 640, 4000):
        scene.table.observe(admission, used)
    assert scene.told == [("anna", 1280, 4000)] * 2


def test_whatASideTellsIsNothingNewWhereAllIsSeen(scene: Scene) -> None:
    admission = scene.table.admit(wanted())
    scene.table.watch(CALL, Usage(1280, True))
    scene.table.observe(admission, 9000)
    assert scene.told == []
    assert scene.table.used(admission) == 1280


def test_whoAsksAfterTheChannelsAreOpenIsToldOfToo(scene: Scene) -> None:
    scene.table.watch(CALL, Usage(4000, True))
    scene.table.admit(wanted())
    assert scene.told == [("anna", 1280, 4000)]


def test_whoAgreesToLessAndGoesOnIsToldOf(scene: Scene) -> None:
    admission = scene.table.admit(wanted())
    scene.table.watch(CALL, Usage(1280, True))
    scene.table.changeBandwidth(admission, 640)
    assert scene.told == [("anna", 640, 1280)]


def test_whenACallGoesElsewhereNothingIsKnownOfIt(scene: Scene) -> None:
    admission = scene.table.admit(wanted())
    scene.table.watch(CALL, Usage(4000, True))
    scene.table.watch(CALL, None)
    assert scene.table.used(admission) is None


def test_aSourceHasItsShareOfAdmissions() -> None:
    table = AdmissionTable(
        GatekeeperConfig(maxCalls=2),
        Clock(),
        EventBus(),
        Bandwidth(GatekeeperConfig()),
        rule=Half(),
    )
    first = table.admit(wanted())
    with pytest.raises(TooManyCalls):
        table.admit(wanted("bert", True))
    table.admit(wanted())  # the same again takes no other place
    table.end(first)
    table.admit(wanted("bert", True))


class Half:
    """
    Half of everything to each.
    """

    def mayHold(self, table: str, host: str, held: int, total: int) -> bool:
        return held < total / 2
