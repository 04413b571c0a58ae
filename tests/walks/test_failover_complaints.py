"""
What users of other servers complain about after a fail-over, each as a case of its own
(C{docs/explanation/lockstep.rst} lists whose complaint it was).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from h323d.call.digits import WINDOW
from h323d.config.sections import Configuration
from h323d.events.bus import Fact
from h323d.events.calls import CallEnded
from h323d.events.gatekeeper import EndpointUnregistered, RASAdmissionEnded, RASAdmissionGranted
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gateway.config import GatewayConfig
from h323d.inputs import Input
from h323d.operation.command import Role
from h323d.operation.desk import Actor
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from tests.support.bridged import RAS, SERVER, Phone
from tests.support.bridgedcalls import called, heard, heardEachOther, newPhone
from tests.support.led import LedServer
from tests.support.mortal import MortalServer, Point
from tests.support.said import Said
from tests.support.simulatedphone import PROFILE, Telephone
from tests.support.simulation import Simulation

OPERATOR = Actor("operator", Role.OPERATOR)
PAIRS = ("sip", "h323"), ("h323", "sip"), ("h323", "h323")  # who calls, and who is called
FORMS = {
    "sip": (DigitMethod.RTP_EVENT, DigitMethod.SIP_INFO),
    "h323": (
        DigitMethod.RTP_EVENT,
        DigitMethod.H245_SIGNAL,
        DigitMethod.H245_ALPHANUMERIC,
        DigitMethod.Q931_KEYPAD,
    ),
}
KEYS = "19#"
RING = 8.0  # seconds that a phone may ring
BRIEF = 10  # seconds that an endpoint registers for
CONFIGURATION = replace(
    Configuration(),
    routed=RoutedConfig(model=CallModel.ROUTED_H245),
    gateway=GatewayConfig(answerTimeout=RING),
)
ADDRESS = re.compile(rb"\d+\.\d+\.\d+\.\d+")

everyPair = pytest.mark.parametrize(("calling", "other"), PAIRS)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=11) as simulation:
        yield simulation
        simulation.leave()
        assert simulation.leftOver() == []


class House:
    """
    A server that another follows, and two phones that are registered with it.
    """

    def __init__(self, world: Simulation, calling: str, other: str) -> None:
        self.world = world
        self.said = Said(SERVER)
        world.network.observers.append(self.said.heard)
        self.server = world.started(MortalServer(world, SERVER, CONFIGURATION))
        self._dies = 0  # in which turn
        self.server.doom(self._fate)
        self.alice, self.bob = newPhone(world, calling, 0), newPhone(world, other, 1)

    def _fate(self, turn: int) -> Point | None:
        return Point.RUN if turn == self._dies else None

    def talk(self) -> None:
        """
        Alice has called Bob.
        """
        called(self.alice)
        self.world.until(lambda: self.alice.speaking and self.bob.speaking)
        self.world.run(0.4)
        assert heardEachOther(self.alice, self.bob)

    def ring(self) -> None:
        """
        Alice calls Bob, who does not answer yet.
        """
        self.bob.answers = False
        called(self.alice)
        self.world.until(lambda: "alerting" in self.alice.reports)

    def strike(self) -> None:
        """
        Whoever leads dies.
        """
        deaths = len(self.server.deaths)
        self._dies = self.server.leading.turn + 1
        self.server.inputs.enter(Input.COMMAND, OPERATOR, "ha", ("status",))
        assert len(self.server.deaths) == deaths + 1

    def told(self, kind: type[Fact]) -> list[Any]:
        """
        The facts of one kind.  Any: they have fields of their own.
        """
        return self.server.told(kind)

    def isOver(self) -> None:
        """
        Nothing is left of a call but its record.
        """
        self.world.run(1.0)
        assert self.server.inputs.enter(Input.COMMAND, OPERATOR, "calls", ()) == []
        ended = self.told(CallEnded)
        assert len({each.legId for each in ended}) == len(ended)
        assert {each.cause for each in ended} == {self.alice.cause}
        granted, given = self.told(RASAdmissionGranted), self.told(RASAdmissionEnded)
        assert len(granted) == len(given)

    def change(self, phone: Phone, direction: Direction) -> None:
        """
        Have one hold, or come back.
        """
        assert phone.leg is not None
        phone.leg.changeMedia(PROFILE.directed(direction))
        self.world.run(0.4)


@everyPair
def test_keysPassInEveryFormAfterIt(calling: str, other: str, world: Simulation) -> None:
    house = House(world, calling, other)
    house.talk()
    house.strike()
    for phone, to, protocol in (
        (house.alice, house.bob, calling),
        (house.bob, house.alice, other),
    ):
        assert phone.leg is not None
        for form in FORMS[protocol]:
            for key in KEYS:
                phone.leg.sendDigit(key, 60, form)
                world.run(0.2)
            world.run(2 * WINDOW)  # or it would be the same key in another form
        assert "".join(key for key, _ in to.digits) == KEYS * len(FORMS[protocol])


@everyPair
@pytest.mark.parametrize("who", ["calling", "called"])
def test_eitherSideHangsUpAfterItAndTheOtherHears(
    calling: str, other: str, who: str, world: Simulation
) -> None:
    house = House(world, calling, other)
    house.talk()
    house.strike()
    (house.alice if who == "calling" else house.bob).hangup()
    house.isOver()
    assert house.alice.cause is house.bob.cause is Cause.NORMAL_CALL_CLEARING


def test_aCallStaysOnTheConnectionThatItHas(world: Simulation) -> None:
    house = House(world, "sip", "h323")
    house.alice.dial(f"sip:1002@{SERVER};transport=tcp")
    world.until(lambda: house.alice.speaking and house.bob.speaking)
    world.run(0.4)
    connections, before = list(world.network.streams), len(house.said.datagrams)
    house.strike()
    for direction in (Direction.SENDONLY, Direction.SENDRECV):
        house.change(house.bob, direction)  # of which Alice is told
    assert world.network.streams == connections
    assert len(house.said.datagrams) == before
    house.bob.hangup()
    house.isOver()


@everyPair
@pytest.mark.parametrize("who", ["calling", "called"])
def test_whoWasOnHoldComesBackAfterItAndBothAreHeard(
    calling: str, other: str, who: str, world: Simulation
) -> None:
    house = House(world, calling, other)
    house.talk()
    holder = house.alice if who == "calling" else house.bob
    house.change(holder, Direction.SENDONLY)
    silent = heard(house.alice, house.bob)
    assert not heardEachOther(house.alice, house.bob)
    house.strike()
    world.run(0.4)
    assert heard(house.alice, house.bob) == silent
    house.change(holder, Direction.SENDRECV)
    assert heardEachOther(house.alice, house.bob)


@everyPair
def test_whoRangBeforeItAnswersAfterIt(calling: str, other: str, world: Simulation) -> None:
    house = House(world, calling, other)
    house.ring()
    house.strike()
    house.bob.pickUp()
    world.run(0.8)
    assert heardEachOther(house.alice, house.bob)


@everyPair
def test_whoRangBeforeItIsCancelledAfterIt(calling: str, other: str, world: Simulation) -> None:
    house = House(world, calling, other)
    house.ring()
    house.strike()
    house.alice.hangup()
    house.isOver()
    assert house.bob.cause is not None


def test_nothingNamesAnotherAddressAfterIt(world: Simulation) -> None:
    house = House(world, "sip", "h323")
    house.talk()
    before = len(house.said.datagrams)
    house.strike()
    for direction in (Direction.SENDONLY, Direction.SENDRECV):
        house.change(house.bob, direction)
    house.bob.hangup()
    house.isOver()
    after = [data for _, data in list(house.said.datagrams)[before:]]
    named = {each.decode() for data in after for each in ADDRESS.findall(data)}
    assert any(data.startswith(b"INVITE") for data in after)
    assert named == {SERVER, house.alice.address}


# What happens when, with a death on the way and without.


def aRegistrationEnds(world: Simulation, house: House) -> Callable[[], object]:
    """
    Of an endpoint that says nothing any more.
    """
    phone = Telephone(world, "10.0.1.8", "1008", gatekeeper=RAS, timeToLive=BRIEF)
    phone.register()
    world.run(1.0)
    phone.ras.close()
    return lambda: house.told(EndpointUnregistered)


def nobodyAnswers(world: Simulation, house: House) -> Callable[[], object]:
    """
    And it rings for as long as it may.
    """
    house.ring()
    return lambda: house.told(CallEnded)


Waiting = Callable[[Simulation, House], Callable[[], object]]


def ended(what: Waiting, isHit: bool) -> list[Any]:
    """
    @param isHit: whether the server dies meanwhile.
    @return: the facts that tell of the end.
    """
    with Simulation(seed=11) as world:
        house = House(world, "sip", "h323")
        found = what(world, house)
        if isHit:
            world.run(2.0)
            house.strike()
        world.until(found, 60.0)
        world.leave()
        return [*house.told(EndpointUnregistered), *house.told(CallEnded)][:1]


@pytest.mark.parametrize(
    "what",
    [aRegistrationEnds, nobodyAnswers],
    ids=lambda what: what.__name__,
)
def test_whatIsDueIsDoneThenAndNeitherEarlierNorLater(what: Waiting) -> None:
    (fact,) = ended(what, isHit=True)
    assert [fact] == ended(what, isHit=False)


def test_whoFollowsEndsNothingAndSaysNothing() -> None:
    """
    For longer than a registration lasts that is not renewed.
    """

    def told(kind: type[LedServer]) -> tuple[Any, ...]:
        with Simulation(seed=11) as world:
            said = Said(SERVER)
            world.network.observers.append(said.heard)
            server = world.started(kind(world, SERVER, CONFIGURATION))
            if isinstance(server, MortalServer):
                server.doom(lambda turn: None)
            phone = Telephone(world, "10.0.1.8", "1008", gatekeeper=RAS, timeToLive=BRIEF)
            phone.register()
            newPhone(world, "sip", 0)
            world.run(6 * BRIEF)
            world.leave()
            return list(map(str, server.facts)), said.datagrams, said.streams, phone.registrations

    assert told(MortalServer) == told(LedServer)
