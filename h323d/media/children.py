"""
The media processes that there are, and the spares among them, which wait with everything loaded.

Where several have died lately, the next is not begun at once: what ends them will end it, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.ports import IPortPair
from h323d.call.timer import Timer
from h323d.media.wire import encode

__all__ = ["RESTRAINT", "Child", "Children", "IDoor", "ILauncher"]

RESTRAINT = 5.0  # seconds until one more is begun, where several have died lately
_LATELY = 60.0  # seconds
_SEVERAL = 5
_LOOK = 1.0  # seconds between two looks at who says nothing
_HUNG = 5  # looks in a row; whoever is well says something twice a second
_PATIENCE = 3.0  # seconds for a process to say goodbye to all, and end


class IDoor(Protocol):
    """
    The door of a media process.
    """

    def send(self, message: int, octets: bytes, pairs: Sequence[IPortPair] = ()) -> None:
        """
        Say something; what cannot leave yet is kept.

        @param message: its number.
        @param pairs: whose sockets come along.
        """

    def heard(self, message: int) -> None:
        """The process has heard all up to that message."""

    def kill(self) -> None:
        """End it at once, whatever it does."""

    def finish(self, seconds: float) -> None:
        """Wait for so long until it has ended; nothing is heard of it any more."""

    def close(self) -> None:
        """It has ended."""


class ILauncher(Protocol):
    """
    Begins processes.
    """

    def launch(self, number: int) -> IDoor:
        """Begin one.  What it says, and that it has ended, are inputs with that number."""


@dataclass(slots=True, eq=False)
class Child:
    """
    A process.

    @ivar commands: how many it was given.
    @ivar isReady: whether it has said that everything is loaded.
    @ivar said: the number of the last message that it has said.
    @ivar silent: how often it was looked at since it said something.
    """

    number: int
    door: IDoor
    commands: int = 0
    said: int = 0
    isReady: bool = False
    silent: int = 0

    def say(self, name: str, *arguments: Any, pairs: Sequence[IPortPair] = ()) -> None:
        """
        @param arguments: Any, as commands differ.
        @param pairs: whose sockets it is to have, too.
        """
        self.commands += 1
        self.door.send(self.commands, encode((self.commands, name, *arguments)), pairs)


class Children:
    """
    @ivar lost: how many have died.
    """

    def __init__(
        self,
        launcher: ILauncher,
        clock: IReactorTime,
        greeting: Sequence[Any],
        spares: int,
        again: Callable[[], None],
    ) -> None:
        """
        @param greeting: what each is told first; Any, as of L{Child.say}.
        @param spares: how many are to wait.
        @param again: L{take} may be tried again, where there was none.
        """
        self._launcher = launcher
        self._clock = clock
        self._greeting = tuple(greeting)
        self._wanted = spares
        self._again = again
        self._all: dict[int, Child] = {}
        self._spares: list[Child] = []
        self._launched = 0
        self._deaths: deque[float] = deque(maxlen=_SEVERAL)
        self._rest = Timer(clock)
        self._watch = Timer(clock)
        self.lost = 0

    @property
    def spares(self) -> list[Child]:
        """
        Those that are ready to take over.
        """
        return [each for each in self._spares if each.isReady]

    def take(self) -> Child | None:
        """
        @return: one that is to do something from now on: a spare, or a new one; C{None} where that
            would be too many.
        """
        waiting = self.spares or self._spares
        if waiting:
            self._spares.remove(waiting[0])
            return waiting[0]
        return self._launch()

    def provide(self) -> None:
        """
        Have as many spares as are wanted.
        """
        while len(self._spares) < self._wanted:
            child = self._launch()
            if child is None:
                return
            self._spares.append(child)

    def _launch(self) -> Child | None:
        now = self._clock.seconds()
        if len(self._deaths) == _SEVERAL and now - self._deaths[0] < _LATELY:
            if not self._rest.running:
                self._rest.start(RESTRAINT, self._tryAgain)
            return None
        return self._begin()

    def _begin(self) -> Child:
        self._launched += 1
        child = Child(self._launched, self._launcher.launch(self._launched))
        self._all[child.number] = child
        child.say(*self._greeting)
        return child

    def _tryAgain(self) -> None:
        self._deaths.popleft()
        self._again()

    def watch(self) -> None:
        """
        From now on, end those that hang.  Looks are counted, and not seconds: if it was us who
        hung, what they have said is read between two.
        """
        for child in self._all.values():
            child.silent += child.isReady
            if child.silent == _HUNG:
                child.door.kill()
        self._watch.start(_LOOK, self.watch)

    def __contains__(self, number: object) -> bool:
        return number in self._all

    def heard(self, number: int, message: int, commands: int) -> bool:
        """
        One has said something.

        @param message: its number.
        @param commands: how many it has heard.

        @return: whether that is heard for the first time.
        """
        child = self._all.get(number)
        if child is None or message <= child.said:
            return False
        child.silent, child.said = 0, message
        child.door.heard(commands)
        return True

    def ready(self, number: int) -> None:
        """
        One has loaded everything.
        """
        if number in self._all:
            self._all[number].isReady = True

    def ended(self, number: int) -> bool:
        """
        One has died.

        @return: whether it was a spare.
        """
        child = self._all.pop(number)
        child.door.close()
        self.lost += 1
        self._deaths.append(self._clock.seconds())
        if child not in self._spares:
            return False
        self._spares.remove(child)
        return True

    def stop(self) -> None:
        """
        Let all end.  Waits for it.
        """
        self._rest.stop()
        self._watch.stop()
        for child in self._all.values():
            child.say("end")
        for child in self._all.values():
            child.door.finish(_PATIENCE)
        self._all.clear()
        self._spares.clear()
