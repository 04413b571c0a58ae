"""
The logs and keys that a command line names.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from h323d.cli.witness.logs import Log, headsFrom, keyFrom, logOf, logsOf, newestNote
from h323d.errors import ConfigurationError
from tests.support.witnesslogs import ORIGIN, START, keyOf, newDisk, newLog, placeOf


def test_aKeyIsGivenByItselfOrByAFile(tmp_path: Path) -> None:
    key = keyOf(newLog(tmp_path, 2))
    assert keyFrom(str(key)) == keyFrom(str(tmp_path / "1" / "key.pub")) == key
    with pytest.raises(ConfigurationError, match=r"a key is NAME\+ID\+BASE64"):
        keyFrom("nonsense")


def test_theLogsOfADirectoryHaveTheirNumbersInTheirNames(tmp_path: Path) -> None:
    place = newLog(tmp_path, 5)
    place.records(0).write_bytes(b"")
    disk = newDisk(tmp_path)
    disk.write(deque(), START, isLast=True)
    disk.close()
    key = keyOf(place)
    assert [each.key.name for each in logsOf(tmp_path, key)] == [ORIGIN, f"{ORIGIN}/2"]
    assert logOf(tmp_path, key).key == keyOf(placeOf(tmp_path, 2))
    assert logOf(tmp_path / "2", key) == logOf(tmp_path / "2", keyOf(placeOf(tmp_path, 2)))


def test_whereThereIsNoLogThatIsTold(tmp_path: Path) -> None:
    key = keyOf(newLog(tmp_path / "log", 2))
    with pytest.raises(ConfigurationError, match="there is no log"):
        logsOf(tmp_path / "nowhere", key)
    log = Log(placeOf(tmp_path / "nowhere"), key)
    with pytest.raises(ConfigurationError, match="checkpoint"):
        newestNote(log)


def test_headsThatWereKeptAreReadAsFarAsTheyAreOfTheLog(tmp_path: Path) -> None:
    place = newLog(tmp_path / "log", 12)
    kept = [head.size for _, head in headsFrom(place.heads(0), keyOf(place))]
    assert kept == [2, 6, 11, 12]
    (tmp_path / "kept").write_text(place.checkpoint.read_text().replace("\n12\n", "\n13\n"))
    with pytest.raises(ConfigurationError, match="is not signed"):
        headsFrom(tmp_path / "kept", keyOf(place))
    with pytest.raises(ConfigurationError, match="No such file"):
        headsFrom(tmp_path / "nowhere", keyOf(place))
    (tmp_path / "empty").touch()
    with pytest.raises(ConfigurationError, match="empty: has no head"):
        headsFrom(tmp_path / "empty", keyOf(place))
