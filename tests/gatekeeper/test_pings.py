"""
How long phones take to answer, and who is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from h323d.gatekeeper.pings import Pings, RoundTrips
from h323d.gatekeeper.registry.registrations import Contact, Registration, UnregisterReason
from h323d.sip.asking import OptionsAsker
from h323d.values.address import TransportAddress
from tests.support.registrations import Table, endpoint

NEAR, FAR = Contact("sip:a@10.1.0.2"), Contact("sip:a@192.0.2.7", path=("sip:10.1.0.9;lr",))
PLACES = (TransportAddress("10.1.0.2", 5060), TransportAddress("10.1.0.9", 5060))
PHONE = replace(
    endpoint(1, "anna", signalling=PLACES, contacts=(NEAR, FAR)), protocol="sip", timeToLive=3600
)


class Scene:
    """
    Phones that are asked every minute.

    @ivar asked: whom, where, and who waits for the answer.
    """

    def __init__(self, interval: float = 60.0) -> None:
        self.table = Table()
        self.asked: list[tuple[Contact, TransportAddress, OptionsAsker]] = []
        self.roundTrips = RoundTrips()
        self.clock = self.table.clock
        self.pings = Pings(
            interval, self.table.registry, self.roundTrips, self, self.clock, self.table.events
        )
        self.pings.start()

    def ask(self, contact: Contact, address: TransportAddress, asker: OptionsAsker) -> None:
        self.asked.append((contact, address, asker))

    def register(self, registration: Registration = PHONE) -> None:
        self.table.registry.register(registration)

    def told(self) -> dict[str, float | None]:
        return dict(self.roundTrips.of(PHONE.endpointId))


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.pings.close()
    scene.table.registry.close()
    assert scene.clock.getDelayedCalls() == []


def test_eachContactIsAskedWhereItIsReached(scene: Scene) -> None:
    scene.register()
    assert scene.asked == []
    scene.clock.advance(61)
    assert [each[:2] for each in scene.asked] == [(NEAR, PLACES[0]), (FAR, PLACES[1])]
    scene.clock.advance(61)
    assert len(scene.asked) == 4


def test_itIsToldHowLongTheAnswerTook(scene: Scene) -> None:
    scene.register()
    scene.clock.advance(61)
    (_, _, near), (_, _, far) = scene.asked
    scene.clock.advance(0.25)
    near.answered()
    far.refused("no answer")
    assert scene.told() == {NEAR.uri: pytest.approx(0.25), FAR.uri: None}


def test_ofAContactThatIsGoneNothingIsTold(scene: Scene) -> None:
    scene.register()
    scene.clock.advance(61)
    scene.asked[0][2].answered()
    scene.register(replace(PHONE, signalling=PLACES[1:], contacts=(FAR,)))
    scene.asked[0][2].answered()
    assert scene.told() == {}


def test_whoHasLeftIsNotAsked(scene: Scene) -> None:
    scene.register()
    scene.clock.advance(61)
    scene.asked[0][2].answered()
    scene.table.registry.unregister(PHONE.endpointId, UnregisterReason.REQUEST)
    scene.asked[1][2].answered()
    assert scene.told() == {}
    scene.clock.advance(200)
    assert len(scene.asked) == 2


def test_H323IsNotAsked(scene: Scene) -> None:
    scene.register(endpoint(2, "bert"))
    scene.clock.advance(61)
    assert scene.asked == []


def test_whoWasThereBeforeARestartIsAskedToo(scene: Scene) -> None:
    scene.table.registry.restore(PHONE, scene.clock.seconds() + 600)
    scene.pings.start()
    scene.clock.advance(61)
    assert len(scene.asked) == 2


def test_withoutAnIntervalNobodyIsAsked() -> None:
    scene = Scene(0.0)
    scene.register()
    scene.clock.advance(500)
    assert scene.asked == []
    scene.table.registry.close()
