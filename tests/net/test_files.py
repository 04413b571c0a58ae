"""
The files that a configuration names.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from zope.interface.verify import verifyObject

from h323d.call.lookups import IFiles
from h323d.net.files import Files


def test_filesAreFiles() -> None:
    assert verifyObject(IFiles, Files())


def test_aFileIsReadAsUTF8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").write_bytes("Größe\n".encode())
    assert Files().read(str(tmp_path / "secret")) == Files().read("~/secret") == "Größe\n"


def test_whatIsNotThereOrIsNoTextIsAnError(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        Files().read(str(tmp_path))
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(UnicodeDecodeError):
        Files().read(str(tmp_path / "picture"))


def test_theOctetsOfAFileAreReadAsFarAsTheyAreNotTooMany(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"\xff" * 10)
    assert Files().octets(str(tmp_path / "sound"), 10) == b"\xff" * 10
    with pytest.raises(OSError, match="File too large"):
        Files().octets(str(tmp_path / "sound"), 9)
