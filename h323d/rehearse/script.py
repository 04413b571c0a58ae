"""
Scripts of incidents: what is done to the server and to parties on purpose, and when.

A line is C{at 10:00 kill leader}, minutes and seconds after everybody has come, in any order; empty
lines, and what begins with C{#}, are for people.  The grammar is L{GRAMMAR}, and nothing else is
taken: a script that is not understood would rehearse something else than its author thinks.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

__all__ = ["GRAMMAR", "BadScript", "Deed", "ScriptedIncident", "parse"]

LONGEST = 24 * 3600.0  # seconds
MOST_LINES = 1000

_WORD = re.compile(r"\S+")
_TIME = re.compile(r"(\d{1,4}):([0-5]\d(?:\.\d{1,3})?)")


class Deed(enum.Enum):
    """
    What can happen; the value is how a script has it.
    """

    KILL_LEADER = "kill leader"
    KILL_MEDIA = "kill media"
    STALL_LEADER = "stall leader"
    BREAK_REGISTRY = "break registry"
    MEND_REGISTRY = "mend registry"
    FILL_DISK = "fill disk"
    FREE_DISK = "free disk"
    STORM = "storm"
    LEAVES = "leaves"
    JOINS = "joins"
    VANISHES = "vanishes"
    FLOODS = "floods"
    SENDS_GARBAGE = "sends garbage"

    @property
    def isOfParty(self) -> bool:
        """
        Whether it takes a party, which stands before it.
        """
        return self in _OF_PARTIES


_OF_PARTIES = frozenset((Deed.LEAVES, Deed.JOINS, Deed.VANISHES, Deed.FLOODS, Deed.SENDS_GARBAGE))

GRAMMAR = {
    Deed.KILL_LEADER: "the process that leads dies; another has to go on",
    Deed.KILL_MEDIA: "a process that has the server's sound dies",
    Deed.STALL_LEADER: "the process that leads stands still for 0.2 s",
    Deed.BREAK_REGISTRY: "the registry of guardians has nonsense in it",
    Deed.MEND_REGISTRY: "it is as it was",
    Deed.FILL_DISK: "nothing that the server writes comes to the disk",
    Deed.FREE_DISK: "it does again",
    Deed.STORM: "a third of all parties leave at once, and join again at once",
    Deed.LEAVES: "it hangs up",
    Deed.JOINS: "it calls again, also after it has vanished",
    Deed.VANISHES: "its process dies, and tells nobody",
    Deed.FLOODS: "for 2 s, it sends the server 500 datagrams a second",
    Deed.SENDS_GARBAGE: "it sends octets by chance, by each way that there is",
}
"""
Every deed, and what it does.
"""


class BadScript(ValueError):
    """
    What cannot be understood, and where: C{FILE: line 3, column 10: ...}.
    """

    def __init__(self, name: str, line: int, column: int, what: str) -> None:
        super().__init__(f"{name}: line {line}, column {column}: {what}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class ScriptedIncident:
    """
    One line.

    @ivar at: seconds since everybody has come.
    @ivar party: its number, from 1, as people count; C{None} where it is about the server.
    @ivar line: of the script, and the column at which the deed stands.
    """

    at: float
    deed: Deed
    party: int | None = None
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return self.deed.value if self.party is None else f"party {self.party} {self.deed.value}"


def parse(text: str, name: str = "script") -> tuple[ScriptedIncident, ...]:
    """
    @param name: of the file, for errors.
    @return: as they come, by time; of the same time, as they stand.

    @raise BadScript: a line is not as it has to be.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise BadScript(name, MOST_LINES + 1, 1, f"there are more than {MOST_LINES} lines")
    found = [
        _Line(name, number, line).incident()
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return tuple(sorted(found, key=_timeOf))


def _timeOf(incident: ScriptedIncident) -> float:
    return incident.at


class _Line:
    """
    The words of a line, each with its column.
    """

    def __init__(self, name: str, number: int, text: str) -> None:
        self._name = name
        self._number = number
        self._end = len(text.rstrip()) + 1
        self._words = [(each[0], each.start() + 1) for each in _WORD.finditer(text)]
        self._next = 0

    def incident(self) -> ScriptedIncident:
        self._expect("at")
        at = self._time()
        party = self._party() if self._peek() == "party" else None
        column = self._column
        deed = self._deed(party is not None)
        if self._next < len(self._words):
            raise self._bad(f"nothing may follow {deed.value}: {self._peek()}")
        return ScriptedIncident(at, deed, party, self._number, column)

    def _expect(self, word: str) -> None:
        if self._peek() != word:
            raise self._bad(f"{self._shown}, where {word} has to stand")
        self._next += 1

    def _time(self) -> float:
        match = _TIME.fullmatch(self._peek())
        if match is None:
            raise self._bad(f"{self._shown}, where a time has to stand: MINUTES:SECONDS, as 10:00")
        seconds = 60 * int(match[1]) + float(match[2])
        if seconds > LONGEST:
            raise self._bad(f"{self._shown} is later than a day")
        self._next += 1
        return seconds

    def _party(self) -> int:
        self._next += 1
        word = self._peek()
        if not (word.isascii() and word.isdecimal() and 0 < int(word) < 1000):
            raise self._bad(f"{self._shown}, where a party's number has to stand, from 1")
        self._next += 1
        return int(word)

    def _deed(self, isOfParty: bool) -> Deed:
        fitting = [each for each in Deed if each.isOfParty is isOfParty]
        for each in fitting:
            words = each.value.split()
            if [word for word, _ in self._words[self._next :][: len(words)]] == words:
                self._next += len(words)
                return each
        known = ", ".join(each.value for each in fitting)
        owner = "a party" if isOfParty else "the server"
        raise self._bad(f"{self._shown} is nothing that can happen to {owner}: {known}")

    def _peek(self) -> str:
        return self._words[self._next][0] if self._next < len(self._words) else ""

    @property
    def _shown(self) -> str:
        return repr(self._peek()) if self._peek() else "the line ends"

    @property
    def _column(self) -> int:
        return self._words[self._next][1] if self._next < len(self._words) else self._end

    def _bad(self, what: str) -> BadScript:
        return BadScript(self._name, self._number, self._column, what)
