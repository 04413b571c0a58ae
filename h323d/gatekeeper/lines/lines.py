"""
What those who are registered here may see of each other's calls, and who may pick them up.
"""

from __future__ import annotations

from h323d.call.callers import ICallerNames
from h323d.call.legs import IOffer
from h323d.call.lines import LineCall, LineWatcher, Sight
from h323d.call.parts import Change, Commit, Part
from h323d.events.bus import EventBus
from h323d.gatekeeper.lines.admitted import AdmittedCalls
from h323d.gatekeeper.lines.config import LinesConfig, Watching
from h323d.gatekeeper.lines.groups import LineGroups
from h323d.gatekeeper.lines.names import PartyNames
from h323d.gatekeeper.lines.signalled import SignalledCalls
from h323d.gatekeeper.lines.table import LineTable
from h323d.values.address import PartyAddress

__all__ = ["PartyLines"]


class PartyLines(Part[LinesConfig]):
    """
    L{h323d.call.lines.Lines} of a zone.
    """

    def __init__(
        self,
        config: LinesConfig,
        names: PartyNames,
        callers: ICallerNames,
        events: EventBus,
    ) -> None:
        """
        @param names: by which parties are known.
        @param callers: knows who somebody is.
        """
        self._callers = callers
        self._names = names
        self._table = LineTable()
        SignalledCalls(self._table, names, events)
        AdmittedCalls(self._table, names, events)
        self.reconfigure(config)

    def prepare(self, config: LinesConfig) -> Commit:
        return Change(self, config)

    def reconfigure(self, config: LinesConfig) -> None:
        """
        Go by other rules with who asks from now on.
        """
        self._watching = config.watching
        self._groups = LineGroups(config.groups)

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> Sight:
        own = self._names.ofParty(self._callers.nameOf(who).party)
        if not own:  # who are not told, either, whom there is
            return Sight.FORBIDDEN
        line = self._names.of(names)
        if not (self._groups.have(line) or self._names.areOurs(names)):
            return Sight.UNKNOWN
        if self._groups.sitTogether(own, line):
            return Sight.WHOLE
        return Sight.STATE if self._watching is Watching.REGISTERED else Sight.FORBIDDEN

    def sitTogether(self, one: str, other: str) -> bool:
        """
        Whether two parties may pick up each other's calls (L{h323d.call.replacing.Neighbours}).
        """
        return self._groups.sitTogether(self._names.ofParty(one), self._names.ofParty(other))

    def watch(self, names: tuple[PartyAddress, ...], watcher: LineWatcher) -> None:
        self._table.watch(self._names.of(names), watcher)

    def unwatch(self, watcher: LineWatcher) -> None:
        self._table.unwatch(watcher)

    def calls(self, names: tuple[PartyAddress, ...]) -> tuple[LineCall, ...]:
        return self._table.of(self._names.of(names))
