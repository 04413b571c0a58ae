"""
A server that dies, as often as it is wanted, and each time another that has followed takes over.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Sequence
from typing import Any

from zope.interface import implementer

from h323d.call.protection import IProtection, ProtectionState, Standing
from h323d.config.sections import Configuration
from h323d.events.following import TookOver
from h323d.ha import records
from h323d.ha.doors import Kind
from h323d.ha.following import Following
from h323d.ha.leading import Leading
from h323d.ha.quarantine import poisonOf
from h323d.ha.records import InputRecord, Record
from h323d.ha.takeover import takeOver
from h323d.ha.watch import Death
from tests.support.kernel import Kernel
from tests.support.led import Inside, LedServer
from tests.support.simulation import Simulation

__all__ = ["Crashed", "Fate", "MortalServer", "Point"]


class Point(enum.Enum):
    """
    Where in a turn a server dies.
    """

    BEFORE_THE_LOG = "before the log"
    LOGGED = "logged"
    RUN = "run"
    DONE = "done"
    HALF_FLUSHED = "half flushed"
    FLUSHED = "flushed"


Fate = Callable[[int], Point | None]
"""
Where a server dies in a turn of that number; C{None} if it does not.
"""


class Died(BaseException):
    """
    The end of a process, which nothing in it may hold up.
    """


class Crashed(Died):
    """
    The same, of what the process does itself.
    """


@implementer(IProtection)
class MortalServer(LedServer):
    """
    @ivar deaths: turn and point of each, but where it crashed.
    @ivar crashes: the inputs that it crashed of.
    @ivar noted: all records, as who follows has them.
    """

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        self.noted: list[Record] = []
        self._point: Point | None = None
        self._successor: tuple[Inside, Following] | None = None
        self.deaths: list[tuple[int, Point]] = []
        self.crashes: list[InputRecord] = []
        super().__init__(world, address, configuration, others)
        self._fate: Fate = _live
        self._doors = Fragile(self.kernel)
        self.kernel.leader = self
        self.kernel.protection = self

    def doom(self, fate: Fate) -> None:
        """
        Let it die from now on.
        """
        self._fate = fate
        self._successor = self._newSuccessor()
        self.leading = Leading(self.inside.turns, self._doors.asDoors(), self, self.leading.turn)

    def enter(self, kind: str, *arguments: Any) -> Any:
        """
        Have an input happen; perhaps there is nobody then to say what came of it.
        """
        turn = self.leading.turn + 1
        point = self._fate(turn)
        self._point = None if (turn, point) in self.deaths else point
        try:
            return self.leading.enter(kind, *arguments)
        except Crashed:
            self._point = None
            self._succeed(Death.CRASHED)
        except Died:
            assert self._point is not None
            self.deaths.append((turn, self._point))
            self._point = None
            self._succeed(Death.KILLED)
        return None

    def standing(self) -> Standing:
        """
        As L{IProtection}.
        """
        state = ProtectionState.ALONE if self._successor is None else ProtectionState.PROTECTED
        return Standing(state, self.leading.epoch, self.leading.turn)

    def join(self) -> None:
        """
        Likewise.
        """
        self._successor = self._successor or self._newSuccessor()

    def switchOver(self, epoch: int) -> None:
        """
        Likewise.
        """
        self.kernel.later(functools.partial(self._handOver, epoch))

    def _handOver(self, epoch: int) -> None:
        if epoch != self.leading.epoch:
            return
        self._succeed(Death.HANDED_OVER)
        took = TookOver(self.kernel.seconds(), "handed over", 0.0, self.leading.epoch)
        self.kernel.arrive(Kind.TOLD.value, took)

    def note(self, record: Record) -> None:
        isInput = isinstance(record, InputRecord)
        self._dieAt(Point.BEFORE_THE_LOG if isInput else Point.RUN)
        told = records.decode(records.encode(record))
        self.noted.append(told)
        if self._successor is not None:
            self._successor[1].take(told)
        self._dieAt(Point.LOGGED if isInput else Point.DONE)
        if isinstance(record, InputRecord):
            if record.kind != Kind.QUARANTINED.value:  # which is of nobody
                self.kernel.taken()
        else:
            self._arm()

    def _dieAt(self, point: Point) -> None:
        if self._point is point:
            raise Died

    def _arm(self) -> None:
        """
        What came of the turn is about to leave.
        """
        if self._successor is None or self._successor[1].last is None:
            return
        outputs = len(self._successor[1].last.outputs)
        if self._point is Point.HALF_FLUSHED:
            self._doors.left = outputs // 2
        elif self._point is Point.FLUSHED:
            self._doors.left = outputs

    def _newSuccessor(self) -> tuple[Inside, Following]:
        inside = self.newInside()
        following = Following(inside.turns)
        for each in self.noted:
            following.take(each)
        return inside, following

    def _succeed(self, death: Death) -> None:
        assert self._successor is not None
        inside, following = self._successor
        poison = poisonOf(following, death)
        if poison is not None:
            self.crashes.append(poison)
        self.inside, self.server, self.facts = inside, inside.server, inside.facts
        self.inputs = inside.reached.inputs
        inside.reached.inputs.entrance = self.kernel
        self._successor = self._newSuccessor()
        doors = self._doors.asDoors()
        self.leading = takeOver(following, inside.reached, doors, self.kernel, self, death)


def _live(turn: int) -> Point | None:
    return None


class Fragile:
    """
    Doors amid which a server may die.

    @ivar left: how many orders are carried out before it does; C{None} if it does not.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.left: int | None = None

    def asDoors(self) -> Any:
        """
        Any: it stands for the kernel's.
        """
        return self

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._kernel, name)
        return found if self.left is None else functools.partial(self._order, found)

    def _order(self, order: Callable[..., object], *arguments: Any) -> None:
        assert self.left is not None
        if self.left:
            self.left -= 1
            order(*arguments)
            return
        self.left = None
        if order == self._kernel.write:
            number, data = arguments
            self._kernel.write(number, data[: len(data) // 2])
        raise Died
