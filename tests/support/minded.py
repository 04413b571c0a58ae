"""
A server of the simulation that minds whoever follows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.config.sections import Configuration
from h323d.events.bus import Fact
from h323d.ha import records
from h323d.ha.doors import Kind
from h323d.ha.protecting import Protecting
from h323d.ha.records import Record
from h323d.ha.reports import DivergedReport, DoneReport, LeavingReport, Report, Reporter
from h323d.ha.watch import Heart
from tests.support.led import Inside, LedServer, follow
from tests.support.simulation import Simulation

__all__ = ["MindedServer"]

HEARTBEAT, PATIENCE = 0.1, 0.5  # seconds
_JOINING = 0.02  # seconds


class Follower:
    """
    Who follows, as the world has it (L{h323d.ha.protecting.Followers}).

    @ivar inside: what it is made of; C{None} while there is none.
    @ivar isSlow: whether it reads nothing.
    """

    def __init__(self, server: LedServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._reporter: Reporter | None = None
        self.inside: Inside | None = None
        self.isSlow = False
        self.protecting = Protecting(self, server.leading, clock, PATIENCE)

    def take(self, record: Record) -> None:
        """
        Something is logged.
        """
        if self._reporter is None:
            return
        if self.isSlow:
            self.protecting.minding.lost("slow")
        else:
            self._reporter.take(records.decode(records.encode(record)))

    def tell(self, report: Report) -> None:
        """
        As L{h323d.ha.reports.Told}.
        """
        minding = self.protecting.minding
        match report:
            case DoneReport(turn):
                minding.reported(turn)
            case DivergedReport():
                minding.diverged(report)
            case LeavingReport(reason):
                minding.lost(reason)

    def begin(self) -> None:
        self._clock.callLater(_JOINING, self._join)

    def _join(self) -> None:
        self.inside = self._server.newInside()
        self._reporter = Reporter(follow(self.inside, self._server.log), self)
        self.protecting.minding.joined()

    def drop(self) -> None:
        self.inside = self._reporter = None

    def end(self) -> None:
        raise AssertionError("nobody is handed over to here")

    def told(self, fact: Fact) -> None:
        self._server.kernel.arrive(Kind.TOLD.value, fact)


class MindedServer(LedServer):
    """
    @ivar follower: who follows.
    """

    follower: Follower | None = None

    def __init__(
        self,
        world: Simulation,
        address: str,
        configuration: Configuration | None = None,
        others: Sequence[str] = (),
    ) -> None:
        super().__init__(world, address, configuration, others)
        self._heart = Heart(self.leading, world.clock, HEARTBEAT)
        self.follower = Follower(self, world.clock)
        self.kernel.protection = self.follower.protecting

    def note(self, record: Record) -> None:
        super().note(record)
        if self.follower is not None:
            self.follower.take(record)

    def stop(self) -> Deferred[None]:
        self._heart.stop()
        if self.follower is not None:
            self.follower.protecting.minding.leave()
        return super().stop()
