"""
The surroundings of a server that is entered in turns: one set of things for whoever leads and for
whoever follows, as only who answers, and whether anything leaves, is another.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from zope.interface import implementer

from h323d.call.homes import IRoutes
from h323d.call.media import IMediaPool
from h323d.call.protection import IProtection, Standing
from h323d.call.surroundings import Surroundings
from h323d.dsp.provisions import Provision
from h323d.events.bus import EventBus
from h323d.ha.chance import SharedChance
from h323d.ha.datagrams import Datagrams
from h323d.ha.doors import Doors, Kind, Security
from h323d.ha.processes import Processes
from h323d.ha.quarantine import Quarantine
from h323d.ha.questions import Files, Names, Questions, Web
from h323d.ha.streams import Lines, StreamListener, StreamOpener
from h323d.ha.turns import Turns
from h323d.inputs import IInputs, Input

__all__ = ["Entrance", "Place", "Reached", "TurnedInputs", "throughTurns"]


class Entrance(Protocol):
    """
    By which inputs enter: whoever leads.
    """

    def enter(self, kind: str, *arguments: Any) -> Any:
        """Have an input happen; Any, as inputs differ."""


@dataclass(frozen=True)
class Place:
    """
    What is the same wherever the server runs.

    @ivar stateDirectory: as in L{Surroundings}.
    @ivar codecs: likewise.
    @ivar secureCalls: whether calls by H.323 are secured.
    @ivar secureSIP: whether SIP is.
    """

    stateDirectory: Path | None = None
    codecs: tuple[Provision, ...] = ()
    secureCalls: bool = False
    secureSIP: bool = False


@implementer(IInputs)
class TurnedInputs:
    """
    The inputs of a server that is alone, each of which is a turn.
    """

    def __init__(self, turns: Turns, entrance: Entrance | None = None) -> None:
        """
        @param entrance: C{None} for whoever follows, whom nobody asks.
        """
        self._turns = turns
        self.entrance = entrance

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "entrance": None}

    def lead(self, kind: Input, receiver: Callable[..., object]) -> None:
        self._turns.receive(kind.value, receiver)

    def enter(self, kind: Input, *arguments: object) -> object:
        assert self.entrance is not None, "nothing enters who follows"
        return self.entrance.enter(kind.value, *arguments)


@implementer(IRoutes)
class Routes:
    """
    What the system knows of its networks.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def source(self, host: str) -> str:
        return self._turns.ask(Doors.source, host)

    def isOurs(self, host: str) -> bool:
        return self._turns.ask(Doors.isOurs, host)


@implementer(IProtection)
class Protection:
    """
    That another follows, which is seen to outside of turns.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def standing(self) -> Standing:
        return self._turns.ask(Doors.standing)

    def switchOver(self, epoch: int) -> None:
        self._turns.emit(Doors.switchOver, epoch)

    def join(self) -> None:
        self._turns.emit(Doors.join)


class Reached:
    """
    The world of a server, with what whoever takes over has to look into.
    """

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.lines = Lines(turns)
        self.datagrams = Datagrams(turns)
        self.questions = Questions(turns)
        self.processes = Processes(turns)
        self.inputs = TurnedInputs(turns)

    def chance(self) -> random.Random:
        """
        Chance that follows from what the world answers.
        """
        return SharedChance(self.turns.ask(Doors.secret))


def throughTurns(
    reached: Reached, rng: random.Random, pool: IMediaPool, events: EventBus, place: Place
) -> Surroundings:
    """
    @param pool: whose ports and commands go through the same turns.
    """
    turns, lines = reached.turns, reached.lines
    Quarantine(turns, lines, reached.questions, events)  # which the turns have
    turns.receive(Kind.TOLD.value, events.publish)
    return Surroundings(
        turns,
        rng,
        reached.datagrams,
        StreamListener(turns, lines),
        StreamOpener(turns, lines),
        pool,
        events,
        reached.questions.defer,
        place.stateDirectory,
        Names(reached.questions),
        Web(reached.questions),
        lines.secured(Security.CALLS) if place.secureCalls else None,
        lines.secured(Security.SIP) if place.secureSIP else None,
        Routes(turns),
        Files(turns),
        reached.inputs,
        place.codecs,
        protection=Protection(turns),
    )
