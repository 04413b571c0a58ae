"""
Libraries that are there, and those that are not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.dsp.libraries import Carrier, Library, Missing, find, findModule

ABS = "int abs(int);"  # of the C library, which is always there
C_LIBRARY = ("libc.so.6",)
INSTALL = "apt install it"


def test_aLibraryOfTheSystemIsOpened() -> None:
    library = find(ABS, C_LIBRARY, (), INSTALL)
    assert isinstance(library, Library)
    assert library.file == "libc.so.6"
    assert library.functions.abs(-3) == 3


def test_whatIsMissingIsToldWithWhatToInstall() -> None:
    assert find(ABS, ("libnone.so.9",), (), INSTALL) == Missing("no libnone.so.9 is here", INSTALL)


def test_whatIsMissingReadsAsOneSentence() -> None:
    missing = find(ABS, ("libnone.so.9",), (), INSTALL)
    assert str(missing) == "no libnone.so.9 is here; apt install it"


@pytest.mark.parametrize("package", ["h323d", "nobody_has_this_package", "__main__"])
def test_aCarrierWithoutTheFileIsPassedBy(package: str) -> None:
    carriers = (Carrier(package, "none-*.so"),)
    assert isinstance(find(ABS, ("libnone.so.9",), carriers, INSTALL), Missing)


def test_aFileThatIsNoLibraryIsPassedBy() -> None:
    carriers = (Carrier("h323d", "h323d/dsp/libraries.py"),)
    assert isinstance(find(ABS, ("libnone.so.9",), carriers, INSTALL), Missing)


def test_aCarriersFileIsOpenedWhereTheSystemHasNone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = next(
        Path(line.split()[-1])
        for line in Path("/proc/self/maps").read_text().splitlines()
        if "/libc.so.6" in line
    )
    (tmp_path / "carrier").mkdir()
    (tmp_path / "carrier" / "__init__.py").write_text("raise AssertionError")
    (tmp_path / "carrier" / "carried.so").symlink_to(real)
    monkeypatch.syspath_prepend(str(tmp_path))
    library = find(ABS, ("libnone.so.9",), (Carrier("carrier", "carrier/carried.so"),), INSTALL)
    assert isinstance(library, Library)
    assert library.file == str(tmp_path / "carrier" / "carried.so")


def test_theSystemsOwnComesFirst() -> None:
    library = find(ABS, C_LIBRARY, (Carrier("h323d", "h323d/dsp/*.py"),), INSTALL)
    assert isinstance(library, Library)
    assert library.file == "libc.so.6"


def test_aPackageIsImported() -> None:
    module = findModule("array", INSTALL)
    assert not isinstance(module, Missing)
    assert module.__name__ == "array"


def test_aPackageThatCannotBeImportedIsToldWithWhatToInstall() -> None:
    missing = findModule("nobody_has_this_package", INSTALL)
    assert isinstance(missing, Missing)
    assert "nobody_has_this_package" in missing.reason
    assert missing.install == INSTALL
