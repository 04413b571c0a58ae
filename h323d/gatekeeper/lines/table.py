"""
The calls that there are, by the names of the parties in them, and who watches which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from h323d.call.lines import LineCall, LineState, LineWatcher

__all__ = ["LineTable"]

_ORDER = tuple(LineState)


@dataclass(slots=True)
class _Entry:
    """
    @ivar number: higher than that of any that is older.
    """

    number: int
    names: frozenset[str]
    call: LineCall


class LineTable:
    """
    Both.  A party in a call is an entry with a key of its own.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._count = 0
        self._byName: dict[str, dict[str, None]] = {}
        self._watchers: dict[str, dict[LineWatcher, None]] = {}
        self._watched: dict[LineWatcher, frozenset[str]] = {}

    def of(self, names: Iterable[str]) -> tuple[LineCall, ...]:
        """
        The calls of who has one of these names, the oldest first.
        """
        keys = {key for name in names for key in self._byName.get(name, ())}
        entries = sorted((self._entries[key] for key in keys), key=attrgetter("number"))
        return tuple(entry.call for entry in entries)

    def enter(self, key: str, names: frozenset[str], call: LineCall) -> None:
        """
        A party with these names is in a call, in the place of what the key had.
        """
        self.remove(key)
        self._count += 1
        self._entries[key] = _Entry(self._count, names, call)
        for name in names:
            self._byName.setdefault(name, {})[key] = None
        self._tell(names)

    def callOf(self, key: str) -> LineCall | None:
        entry = self._entries.get(key)
        return None if entry is None else entry.call

    def name(self, key: str, names: frozenset[str]) -> None:
        """
        The party has these names, too.
        """
        entry = self._entries.get(key)
        if entry is not None and not names <= entry.names:
            self.enter(key, entry.names | names, entry.call)

    def advance(self, key: str, state: LineState) -> None:
        """
        A call has come so far; it never goes back.
        """
        entry = self._entries.get(key)
        if entry is not None and _ORDER.index(state) > _ORDER.index(entry.call.state):
            entry.call = replace(entry.call, state=state)
            self._tell(entry.names)

    def remove(self, key: str) -> None:
        """
        A party is in that call no more.
        """
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        for name in entry.names:
            keys = self._byName[name]
            del keys[key]
            if not keys:
                del self._byName[name]
        self._tell(entry.names)

    def watch(self, names: frozenset[str], watcher: LineWatcher) -> None:
        self._watched[watcher] = names
        for name in names:
            self._watchers.setdefault(name, {})[watcher] = None

    def unwatch(self, watcher: LineWatcher) -> None:
        for name in self._watched.pop(watcher, ()):
            watchers = self._watchers[name]
            del watchers[watcher]
            if not watchers:
                del self._watchers[name]

    def _tell(self, names: frozenset[str]) -> None:
        if not self._watchers:
            return
        told = {each: None for name in sorted(names) for each in self._watchers.get(name, ())}
        for watcher in told:
            watcher.lineChanged()
