"""
What is installed is what is in the tree.

The tests import the checkout, while C{twistd} finds the installation: they must be alike.
"""

from __future__ import annotations

import configparser
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def inTree() -> set[str]:
    files = [*ROOT.glob("h323d/**/*.py"), *ROOT.glob("twisted/plugins/*.py")]
    return {str(each.relative_to(ROOT)) for each in files}


def test_theWheelHoldsEveryModuleAndNothingElse() -> None:
    here = [sysconfig.get_path("purelib")]
    found = next(iter(distributions(name="h323d", path=here)), None)
    if found is None:
        pytest.skip("h323d is not installed here")
    files = {str(each) for each in found.files or () if each.suffix == ".py"}
    if not any(each.startswith("h323d/") for each in files):
        pytest.skip("h323d is installed as an editable checkout")
    assert files == inTree()


def test_twistedIsExtendedAndNotReplaced() -> None:
    assert not (ROOT / "twisted" / "__init__.py").exists()
    assert not (ROOT / "twisted" / "plugins" / "__init__.py").exists()


def test_everyPackageHasADocstring() -> None:
    for package in ROOT.glob("h323d/**/__init__.py"):
        assert package.read_text().startswith('"""'), package


def test_whatTheLicenceSaysIsWhatTheMetadataSays() -> None:
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    assert metadata["metadata"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
