"""
Councils in a file, in virtual time.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import execute
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent

from h323d.council.keeper import MAX_OCTETS, CouncilKeeper
from h323d.council.kept import KeptCouncil, toText
from h323d.keeping import BEHIND, RETRY
from h323d.net.files import Files
from tests.council.test_kept import COUNCIL


class Desk:
    """
    A file, and who keeps councils there.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "state" / "councils.json"
        self.clock = Clock()

    def keeper(self) -> CouncilKeeper:
        return CouncilKeeper(self.path, Files(), self.clock, execute)

    def found(self) -> list[KeptCouncil]:
        return self.keeper().start()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_whatIsKeptIsThereForTheNext(desk: Desk) -> None:
    keeper = desk.keeper()
    assert keeper.start() == []
    keeper.keep([COUNCIL])
    assert not desk.path.exists()
    desk.clock.advance(BEHIND)
    assert desk.found() == [COUNCIL]
    assert desk.path.stat().st_mode & 0o777 == 0o600
    keeper.keep([])
    desk.clock.advance(BEHIND)
    assert desk.found() == []
    assert [each.name for each in desk.path.parent.iterdir()] == ["councils.json"]


def test_theLastSecondIsWrittenAtTheEndAndNothingAfterIt(desk: Desk) -> None:
    keeper = desk.keeper()
    keeper.keep([COUNCIL])
    keeper.stop()
    keeper.keep([])
    assert keeper.close().called
    assert desk.found() == [COUNCIL]
    assert desk.clock.getDelayedCalls() == []


def test_aDiskThatFailsIsTriedAgainWithWhatIsSoThen(desk: Desk) -> None:
    desk.path.parent.write_text("no directory")
    keeper = desk.keeper()
    keeper.keep([])
    desk.clock.advance(BEHIND)
    keeper.keep([COUNCIL])
    desk.path.parent.unlink()
    desk.clock.advance(RETRY)
    assert desk.found() == [COUNCIL]


def test_withoutAFileNothingIsKept() -> None:
    keeper = CouncilKeeper(None, Files(), Clock(), execute)
    assert keeper.start() == []
    keeper.keep([COUNCIL])
    assert keeper.close().called


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (b"{", "line 1, column 2: "),
        (b"\xff", "it is not in UTF-8"),
        (b" " * (MAX_OCTETS + 1), "File too large"),
        (toText([COUNCIL]).replace("ESCALATE", "NONE").encode(), "council 1: type: NONE is no "),
    ],
)
def test_whatIsBrokenIsToldAndSetAside(desk: Desk, octets: bytes, fault: str) -> None:
    desk.path.parent.mkdir()
    desk.path.write_bytes(octets)
    with capturedLogs() as events:
        assert desk.found() == []
    (told,) = map(formatEvent, events)
    assert told.startswith(f"a council does not go on: {desk.path}: {fault}")
    assert not desk.path.exists()
    assert desk.path.with_name("councils.json.broken").read_bytes() == octets
