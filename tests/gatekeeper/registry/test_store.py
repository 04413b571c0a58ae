"""
Registrations across a restart.
"""

from __future__ import annotations

import math
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher

from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import RegistrationsRestored
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.registry.registrations import (
    GRACE,
    EndpointKind,
    EndpointRegistry,
    Registration,
    UnregisterReason,
)
from h323d.gatekeeper.registry.store import MAX_WAITING, RegistrationKeeper
from h323d.gatekeeper.registry.storefile import BATCH, GONE, Changes, RegistrationFile
from h323d.keeping import BEHIND, RETRY
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from tests.support.disk import copyOf

NOW = 1_700_000_000.0
TTL = 60


def anna(endpointId: str = "a", host: str = "10.0.0.2", **more: Any) -> Registration:
    here = TransportAddress(host, 1720)
    name = PartyAddress(AddressKind.H323_ID, f"anna at {host}")
    fields: dict[str, Any] = {"timeToLive": TTL, "since": NOW} | more
    return Registration(
        endpointId, "h323", here, (here,), (here,), (name,), EndpointKind.TERMINAL, **fields
    )


class Disk:
    """
    Runs what waits for a disk: at once, later, or not at all.

    @ivar error: fails with this, when given.
    @ivar late: keeps what is to be run for L{spin}.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.late = False
        self.written = 0
        self._waiting: list[tuple[Deferred[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def defer(self, function: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        if self.late:
            done: Deferred[Any] = Deferred()
            self._waiting.append((done, function, arguments))
            return done
        return execute(self._run, function, arguments)

    def spin(self) -> None:
        waiting, self._waiting = self._waiting, []
        for done, function, arguments in waiting:
            execute(self._run, function, arguments).chainDeferred(done)

    def _run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if self.error is not None and function.__name__ == "write":
            raise self.error
        self.written += function.__name__ == "write"
        return function(*arguments)


@dataclass
class Life:
    """
    The table and its store, from one start to the next.
    """

    path: Path
    clock: Clock
    disk: Disk = field(default_factory=Disk)
    facts: list[Fact] = field(default_factory=list)

    def start(self) -> Life:
        events = EventBus()
        events.subscribe(Fact, self.facts.append)
        self.keeper = RegistrationKeeper(self.path, self.clock, self.disk.defer, events)
        self.registry = EndpointRegistry(
            GatekeeperConfig(), self.clock, random.Random(1), events, self, self.keeper
        )
        self.keeper.start(self.registry)
        return self

    def endpointExpires(self, registration: Registration) -> None:
        pass

    def endpointGone(self, registration: Registration) -> None:
        pass

    def end(self) -> None:
        self.registry.close()
        self.keeper.close()

    def killed(self) -> Life:
        """
        The next life, without this one's having been told that it ends.
        """
        path = copyOf(self.path, self.path.parent / "after")
        self.end()
        return Life(path, self.clock).start()

    def again(self) -> Life:
        self.end()
        return Life(self.path, self.clock).start()


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Callable[..., Life]]:
    """
    Makes first lives; no timer may outlive the last.
    """
    clock = Clock()
    clock.advance(NOW)

    def make(name: str = "state/registrations.sqlite") -> Life:
        return Life(tmp_path / name, clock)

    yield make
    for call in clock.getDelayedCalls():
        call.cancel()


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """
    What is said at the level of an error.
    """
    lines: list[str] = []

    def observe(event: Any) -> None:
        if event["log_level"].name in ("error", "critical"):
            lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable


def test_whoWasRegisteredIsRegisteredStill(lives: Callable[..., Life]) -> None:
    life = lives().start()
    known = life.registry.register(anna())
    after = life.again()
    assert list(after.registry) == [known]
    assert after.facts == [RegistrationsRestored(NOW, 1, 0)]
    after.end()


def test_theyAreInTheOrderInWhichTheyCame(lives: Callable[..., Life]) -> None:
    life = lives().start()
    for number, name in enumerate("cab"):
        life.registry.register(anna(name, f"10.0.0.{number + 2}"))
        life.clock.advance(1)
    after = life.again()
    assert [each.endpointId for each in after.registry] == ["c", "a", "b"]
    after.end()


def test_theTimeToLiveGoesOnFromWhereItWas(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna())
    life.clock.advance(50)
    after = life.again()
    after.clock.advance(TTL + GRACE - 50 - 1)
    assert len(after.registry) == 1
    after.clock.advance(2)
    assert len(after.registry) == 0
    after.end()


def test_whatHasExpiredMeanwhileIsGoneForGood(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna())
    life.end()
    life.clock.advance(TTL + GRACE + 1)
    after = Life(life.path, life.clock).start()
    assert after.facts == [RegistrationsRestored(NOW + TTL + GRACE + 1, 0, 1)]
    third = after.again()
    assert third.facts == [RegistrationsRestored(NOW + TTL + GRACE + 1, 0, 0)]
    third.end()


def test_whoLeftDoesNotComeBack(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna("a", "10.0.0.2"))
    life.registry.register(anna("b", "10.0.0.3"))
    life.clock.advance(BEHIND)
    life.registry.unregister("a", UnregisterReason.REQUEST)
    after = life.again()
    assert [each.endpointId for each in after.registry] == ["b"]
    after.end()


def test_aCrashLosesNothingThatIsOlderThanASecond(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna("a", "10.0.0.2"))
    life.clock.advance(BEHIND)
    life.registry.register(anna("b", "10.0.0.3"))
    after = life.killed()
    assert [each.endpointId for each in after.registry] == ["a"]
    after.end()


def test_aRenewalIsKept(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna())
    life.clock.advance(50)
    life.registry.renew("a", TTL)
    life.clock.advance(BEHIND)
    after = life.killed()
    after.clock.advance(TTL)
    assert len(after.registry) == 1
    after.end()


def test_aSecondOfChangesIsWrittenAtOnce(lives: Callable[..., Life]) -> None:
    life = lives().start()
    for number in range(100):
        life.registry.register(anna(f"e{number}", f"10.0.1.{number}"))
        life.registry.renew(f"e{number}", TTL)
    assert life.disk.written == 0
    life.clock.advance(BEHIND)
    assert life.disk.written == 1
    after = life.again()
    assert len(after.registry) == 100
    after.end()


def test_whatChangesWhileItIsWrittenIsWrittenNext(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.disk.late = True
    life.registry.register(anna("a", "10.0.0.2"))
    life.clock.advance(BEHIND)
    life.registry.register(anna("b", "10.0.0.3"))
    life.clock.advance(10 * BEHIND)
    assert life.disk.written == 0, "one at a time"
    life.disk.spin()
    life.clock.advance(BEHIND)
    life.disk.spin()
    assert life.disk.written == 2
    life.disk.late = False
    after = life.again()
    assert len(after.registry) == 2
    after.end()


def test_closingWaitsForTheDisk(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.disk.late = True
    life.registry.register(anna("a", "10.0.0.2"))
    life.clock.advance(BEHIND)
    life.registry.register(anna("b", "10.0.0.3"))
    closed: list[None] = []
    life.registry.close()
    life.keeper.close().addCallback(closed.append)
    for _ in range(3):
        assert closed == []
        life.disk.spin()
    assert closed == [None]
    assert life.disk.written == 2
    after = Life(life.path, life.clock).start()
    assert len(after.registry) == 2
    after.end()


def test_nothingIsNotedAfterTheEnd(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.end()
    life.registry.register(anna())
    life.registry.close()
    assert life.clock.getDelayedCalls() == []


# --- disks that fail


def test_aFullDiskIsToldOnceAndTriedAgain(lives: Callable[..., Life], logged: list[str]) -> None:
    life = lives().start()
    life.disk.error = sqlite3.OperationalError("database or disk is full")
    life.registry.register(anna("a", "10.0.0.2"))
    life.registry.register(anna("b", "10.0.0.3"))
    life.clock.advance(BEHIND)
    life.registry.unregister("b", UnregisterReason.REQUEST)
    life.registry.renew("a", TTL)
    life.clock.advance(RETRY)
    assert logged == [
        f"registrations cannot be kept in {life.path} at present: database or disk is full"
    ]
    life.disk.error = None
    life.clock.advance(RETRY)
    after = life.killed()
    assert [each.endpointId for each in after.registry] == ["a"]
    after.end()


def test_aDiskThatFailsAtTheEndIsTold(lives: Callable[..., Life], logged: list[str]) -> None:
    life = lives().start()
    life.registry.register(anna())
    life.disk.error = sqlite3.OperationalError("disk I/O error")
    life.end()
    assert logged == [f"1 registrations for {life.path} are lost: disk I/O error"]


def test_whatWaitsForADeadDiskIsBounded(
    lives: Callable[..., Life], logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert GatekeeperConfig().maxRegistrations < MAX_WAITING
    monkeypatch.setattr("h323d.gatekeeper.registry.store.MAX_WAITING", 2)
    life = lives().start()
    life.disk.error = sqlite3.OperationalError("disk I/O error")
    for number in range(3):
        life.registry.register(anna(f"e{number}", f"10.0.1.{number}"))
    life.clock.advance(BEHIND)
    assert logged[-1] == "registrations are not kept any more until the next start"
    life.registry.register(anna("z", "10.0.0.9"))
    assert len(life.registry) == 4
    life.end()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"nonsense " * 100, "file is not a database"), (b"SQLite format 3\0" + bytes(200), "")],
    ids=["no database", "a broken one"],
)
def test_aBrokenFileIsSetAsideAndTheServerStartsAnew(
    lives: Callable[..., Life], logged: list[str], content: bytes, reason: str
) -> None:
    life = lives()
    life.path.parent.mkdir()
    life.path.write_bytes(content)
    life.start()
    life.registry.register(anna())
    after = life.again()
    assert len(after.registry) == 1
    after.end()
    aside = life.path.with_name("registrations.sqlite.broken")
    assert aside.read_bytes()[: len(content)] == content
    (line,) = logged
    assert str(aside) in line
    assert reason in line


def test_aSecondBrokenFileDoesNotReplaceTheFirst(lives: Callable[..., Life]) -> None:
    for content in (b"first" * 100, b"second" * 100):
        life = lives()
        life.path.parent.mkdir(exist_ok=True)
        life.path.write_bytes(content)
        life.start().end()
    names = sorted(each.name for each in life.path.parent.iterdir())
    assert names == [
        "registrations.sqlite",
        "registrations.sqlite.broken",
        "registrations.sqlite.broken-2",
    ]


def test_aDamagedPageIsNoticed(lives: Callable[..., Life], logged: list[str]) -> None:
    life = lives().start()
    for number in range(200):
        life.registry.register(anna(f"e{number}", f"10.0.1.{number}"))
    life.end()
    octets = bytearray(life.path.read_bytes())
    octets[4096 + 8 : 8192] = b"\xff" * (4096 - 8)
    life.path.write_bytes(octets)
    after = Life(life.path, life.clock).start()
    assert len(after.registry) == 0
    assert ".broken" in logged[0]
    after.end()


def test_aFileOfAnotherVersionIsSetAside(lives: Callable[..., Life], logged: list[str]) -> None:
    life = lives().start()
    life.end()
    with sqlite3.connect(life.path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    after = Life(life.path, life.clock).start()
    after.registry.register(anna())
    after.end()
    assert "version 99" in logged[0]
    assert life.path.with_name("registrations.sqlite.other-version").exists()


def test_anotherProgramsDatabaseIsLeftAlone(lives: Callable[..., Life], logged: list[str]) -> None:
    life = lives("accounts.db")
    with sqlite3.connect(life.path) as other:
        other.execute("CREATE TABLE accounts (name TEXT)")
    other.close()
    before = life.path.read_bytes()
    life.start()
    life.registry.register(anna())
    life.end()
    assert life.path.read_bytes() == before
    assert "is a database of another program" in logged[0]


def test_twoServersDoNotShareAFile(
    lives: Callable[..., Life], logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("h323d.gatekeeper.registry.storefile.PATIENCE", 0.0)
    first = lives().start()
    first.registry.register(anna())
    first.clock.advance(BEHIND)
    second = lives().start()
    assert len(second.registry) == 0
    assert "another server has it" in logged[0]
    second.registry.register(anna("b", "10.0.0.3"))
    second.end()
    after = first.again()
    assert [each.endpointId for each in after.registry] == ["a"]
    after.end()


def test_whereNothingCanBeWrittenTheServerGoesOnWithout(
    lives: Callable[..., Life], logged: list[str]
) -> None:
    for name, reason in (("here", "Is a directory"), ("there/file", "File exists")):
        life = lives(name)
        if name == "here":
            life.path.mkdir()
        else:
            life.path.parent.write_text("")
        life.start()
        life.registry.register(anna())
        assert len(life.registry) == 1
        life.end()
        assert reason in logged.pop()


def test_aRowThatCannotBeReadIsDroppedAndTheOthersStay(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna("a", "10.0.0.2"))
    life.registry.register(anna("b", "10.0.0.3"))
    life.end()
    with sqlite3.connect(life.path) as other:
        other.execute("UPDATE registrations SET registration = '{' WHERE endpointId = 'a'")
    other.close()
    after = Life(life.path, life.clock).start()
    assert [each.endpointId for each in after.registry] == ["b"]
    assert after.facts == [RegistrationsRestored(NOW, 1, 1)]
    after.end()


def test_nobodyElseReadsTheFile(lives: Callable[..., Life]) -> None:
    life = lives().start()
    life.registry.register(anna())
    life.end()
    assert life.path.stat().st_mode & 0o077 == 0
    assert life.path.parent.stat().st_mode & 0o077 == 0


def test_moreThanOneStatementTakesIsKeptToo(tmp_path: Path) -> None:
    file = RegistrationFile(tmp_path / "file")
    names = [f"{number}" for number in range(2 * BATCH + 1)]
    file.write(Changes({name: (anna(name), NOW) for name in names}))
    file.write(Changes(dict.fromkeys(names, (None, NOW + 9))))
    assert sorted(file.load()) == [(name, anna(name), NOW + 9) for name in sorted(names)]
    file.write(Changes(dict.fromkeys(names, GONE)))
    assert list(file.load()) == []
    file.close()


def test_aBatchIsKeptWholeOrNotAtAll(tmp_path: Path) -> None:
    file = RegistrationFile(tmp_path / "file")
    file.write(Changes({"a": (anna(), NOW)}))
    with pytest.raises(sqlite3.Error):
        file.write(Changes({"a": (None, NOW + 9), "b": (anna("b"), math.nan)}))
    assert [deadline for _, _, deadline in file.load()] == [NOW]
    file.close()
    assert os.listdir(tmp_path) == ["file"]
