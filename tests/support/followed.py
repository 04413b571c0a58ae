"""
Servers of a simulation that are led in turns, and of which it is asked in the end whether a second
one, that is given what was logged, does the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MethodType
from typing import Any

from h323d.call.legs import ILeg
from h323d.config.sections import Configuration
from h323d.events.bus import Fact
from h323d.telling.primitives import NotAValue, encode
from h323d.telling.tellable import isOfTheHouse, isValue
from tests.support.kernel import Kernel
from tests.support.led import Inside, LedServer, follow
from tests.support.simulation import Simulation

__all__ = ["Followed", "FollowedServer"]

Path = tuple[str | tuple[Any], ...]
"""
From a server to something in it: attributes, and keys of mappings in a tuple each; Any, as those are.
"""


class FollowedServer(LedServer):
    """
    One that a test may have to do with as with any other: what it has the server do is an input.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        self._world = world
        self._heard: list[Fact] = []
        super().__init__(world, address, configuration, others)
        self.facts = self._heard  # which a test may clear
        self._real = self.server
        standing: Any = Reaching(self.kernel, self._real, ())  # Any: it stands for a server
        self.server = standing

    def _told(self, fact: Fact) -> None:
        self._heard.append(fact)

    @property
    def legs(self) -> list[ILeg]:
        standing: list[Any] = [  # Any: they stand for legs
            Reaching(
                self.kernel,
                each.leg,
                ("conference", "rooms", (name,), "participants", (number,), "leg"),
            )
            for name, room in self._real.conference.rooms.items()
            for number, each in room.participants.items()
        ]
        return standing

    def newInside(self) -> Inside:
        inside = super().newInside()
        if not self.log:
            self._world.trace.follow(self.address, inside.events)
            inside.events.subscribe(Fact, self._told)
        asking = Asked(inside)
        inside.turns.receive("asked", asking.ask)
        return inside


class Asked:
    """
    Has a server do what a test wants of it.
    """

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def ask(self, path: Path, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """
        @param path: from the server to the method.
        """
        found: Any = self._inside.server
        for each in path:
            found = getattr(found, each) if isinstance(each, str) else found[each[0]]
        return found(*arguments, **named)


class Reaching:
    """
    Stands for something in a server.
    """

    def __init__(self, kernel: Kernel, thing: Any, path: Path) -> None:
        self._kernel = kernel
        self._thing = thing
        self._path = path

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        path = (*self._path, name)
        if isinstance(found, MethodType):
            return Asking(self._kernel, found, path)
        kind: type = type(found)
        if isOfTheHouse(kind) and not isValue(kind):
            return Reaching(self._kernel, found, path)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._thing)

    def __len__(self) -> int:
        return len(self._thing)

    def __bool__(self) -> bool:
        return bool(self._thing)

    def __getitem__(self, key: Any) -> Any:
        return self._thing[key]

    def __eq__(self, other: object) -> bool:
        return bool(self._thing == other)

    def __hash__(self) -> int:
        return hash(self._thing)


class Asking:
    """
    Stands for a method of something in a server.
    """

    def __init__(self, kernel: Kernel, method: MethodType, path: Path) -> None:
        self._kernel = kernel
        self._method = method
        self._path = path

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        try:
            encode((arguments, named))
        except NotAValue:  # somebody wants to be told of something, which changes nothing
            return self._method(*arguments, **named)
        if self._kernel.isBusy:
            return self._method(*arguments, **named)
        return self._kernel.enter("asked", self._path, arguments, named)


class Followed:
    """
    All servers of a test.
    """

    def __init__(self) -> None:
        self._servers: list[FollowedServer] = []

    def server(self, *arguments: Any, **named: Any) -> FollowedServer:
        """
        A new one.
        """
        server = FollowedServer(*arguments, **named)
        self._servers.append(server)
        return server

    def check(self) -> int:
        """
        Have each of them followed.

        @return: in how many turns.

        @raise h323d.ha.following.Diverged: a second server does something else.
        """
        turns = 0
        for each in self._servers:
            inside = each.newInside()
            turns += follow(inside, each.log).turn
            told, led = (list(map(str, facts)) for facts in (inside.facts, each.inside.facts))
            assert told == led
        return turns
