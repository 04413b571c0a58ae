"""
Rooms and bridged calls over several planes, as in service over several threads: nobody notices.
"""

from __future__ import annotations

import pytest

from h323d.config.sections import Configuration
from h323d.media.config import MediaConfig
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.bridged import SERVER, Phone, SIPPhone, h323Phone, sipPhone
from tests.support.network import Conditions
from tests.support.simulation import Simulation

SEED = 5
ROOMS = ("80001", "80002")
PATIENCE = 20.0  # seconds
TALK = 0.6  # seconds that all hear all before it is measured

inAnyNumber = pytest.mark.parametrize("threads", [1, 2, 3])


class House:
    """
    One server; three telephones in each of two rooms, and two calls through the gateway, over a
    network that loses and reorders.

    @ivar groups: who is to hear whom.
    """

    def __init__(self, threads: int) -> None:
        self.world = Simulation(SEED, Conditions(loss=0.02, delay=0.01, spread=0.01))
        media = MediaConfig(threads=threads, maximumPorts=16)
        self.server = self.world.server(SERVER, Configuration(media=media))
        self._count = 0
        self.groups = [[self._phone() for _ in range(size)] for size in (3, 3, 2, 2)]

    def _phone(self) -> Phone:
        number = self._count = self._count + 1
        new = sipPhone if number % 2 else h323Phone
        law = G711_ALAW if number % 3 else G711_ULAW
        return new(self.world, f"10.0.1.{number}", f"10{number:02}", 200 * number + 150, law)

    @property
    def everybody(self) -> list[Phone]:
        return [phone for group in self.groups for phone in group]

    def gather(self) -> None:
        """
        Let all call, one group's after the other's in turn.
        """
        targets = [(group[0].alias, group[1:]) for group in self.groups[2:]]
        targets += list(zip(ROOMS, self.groups[:2], strict=True))
        for turn in range(3):
            for target, callers in targets:
                if turn < len(callers):
                    self._dial(callers[turn], target)
        self.world.until(lambda: all(phone.speaking for phone in self.everybody), PATIENCE)
        self.world.run(TALK)

    def _dial(self, phone: Phone, target: str) -> None:
        phone.dial(f"sip:{target}@{SERVER}" if isinstance(phone, SIPPhone) else target)
        self.world.run(0.1)

    def heard(self) -> list[list[int]]:
        tones = [phone.tone for phone in self.everybody]
        return [phone.heard.heard(tones) for phone in self.everybody]

    def expected(self) -> list[list[int]]:
        return [
            [other.tone for other in group if other is not phone]
            for group in self.groups
            for phone in group
        ]

    def part(self) -> None:
        for phone in self.everybody:
            phone.hangup()
        self.world.leave()


@inAnyNumber
def test_everybodyHearsTheirOwnRoomOrCall(threads: int) -> None:
    house = House(threads)
    with house.world as world:
        house.gather()
        assert house.heard() == house.expected()
        ports = [int(door.figures["ports"]) for door in house.server.media.doors]
        assert (len(ports), sum(ports)) == (threads, 10)
        assert min(ports) >= 2
        house.part()
        assert world.leftOver() == []


def test_theSameSeedGivesTheSameTraceInSeveralToo() -> None:
    traces = []
    for _ in range(2):
        house = House(3)
        with house.world as world:
            house.gather()
            house.part()
            traces.append(world.trace.digest())
    assert traces[0] == traces[1]
