"""
What the pages for production say is so: their commands are ones, alerts have their entries, and what is
shipped beside them is whole.  C{tests/system/test_runbooks.py} runs the commands.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from h323d.config.reading import parse
from h323d.operation.explanations import EXPLANATIONS
from h323d.web.metrics import TABLE
from tests.support.runbooks import PAGES, RUNBOOK, commandsOf

ROOT = Path(__file__).parents[1]
ETC = ROOT / "etc"
_LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
_ANCHOR = re.compile(r"H323-PRODUCTION-RUNBOOK(?:\.md|\.html)?#([\w-]+)")
_FIGURE = re.compile(r"`(h323_\w+)`")
_EXPLAINED = re.compile(r"`h323ctl explain (\w+)`|h323ctl explain (\w+)")
_TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PLACEHOLDERS = {"WORD", "REASON", "CAUSE"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_itHasCommandsToRun(page: Path) -> None:
    assert len(commandsOf(page)) >= 5


def test_everyAlertHasItsEntry() -> None:
    named = set(_ANCHOR.findall((ETC / "prometheus" / "rules.yml").read_text()))
    assert named
    assert named - set(_LABEL.findall(RUNBOOK.read_text())) == set()


def test_everyFigureThatIsNamedIsMeasured() -> None:
    named = {name for page in PAGES for name in _FIGURE.findall(page.read_text())}
    assert len(named) > 5
    assert named - {each.name for each in TABLE} == set()


def test_everyWordThatIsToBeExplainedIs() -> None:
    words = {a or b for page in PAGES for a, b in _EXPLAINED.findall(page.read_text())}
    assert len(words) > 3
    assert words - _PLACEHOLDERS - EXPLANATIONS.keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_everyConfigurationIsReadWithoutAnError(page: Path) -> None:
    for block in _TOML.findall(page.read_text()):
        parse(block, str(page))


def test_theFirewallLetsInThePortsOfTheSample() -> None:
    rules = (ETC / "nftables" / "h323d.nft").read_text()
    for port in ("1719", "1720", "5060", "16384-32767"):
        assert re.search(rf"dport (?:{{[^}}]*)?\b{port}\b", rules), port
    nft = shutil.which("nft") or "/usr/sbin/nft"
    if not Path(nft).exists():
        pytest.skip("nft is not installed, or only root has it")
    done = subprocess.run(
        [nft, "-c", "-f", ETC / "nftables" / "h323d.nft"], capture_output=True, text=True
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("only root may have nft check rules")
    assert done.stderr == ""


def test_aBackupIsRestoredAsItWas(tmp_path: Path) -> None:
    state = tmp_path / "private" / "state"
    (state / "witness" / "1").mkdir(parents=True)
    (state / "flight").mkdir()
    (state / "flight" / "1").write_text("large")
    (state / "witness.key").write_text("private")
    (state / "witness" / "1" / "00000000.jsonl").write_text("{}\n")
    with sqlite3.connect(state / "registrations.sqlite") as database:
        database.execute("CREATE TABLE kept (name)")
        database.execute("INSERT INTO kept VALUES ('anna')")
    link = tmp_path / "state"  # as systemd has it, of a service whose user is made for it
    link.symlink_to(state)
    registry, configuration = tmp_path / "registry.yaml", tmp_path / "h323d.toml"
    registry.write_text("guardians: []\n")
    configuration.write_text(f'[guard]\nname = "c"\nregistry = "{registry}"\n')

    target = tmp_path / "backup.tar.gz"
    subprocess.run(
        [ETC / "backup" / "h323d-backup", target, configuration, link],
        check=True,
        env={"PATH": "/usr/bin:/bin", "H323D_PYTHON": sys.executable},
    )

    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        archive.extractall(tmp_path / "new", filter="data")
    new = tmp_path / "new" / tmp_path.relative_to("/")
    assert (new / "h323d.toml").read_text() == configuration.read_text()
    assert (new / "registry.yaml").read_text() == registry.read_text()
    assert (new / "state" / "witness" / "1" / "00000000.jsonl").read_text() == "{}\n"
    assert (new / "state" / "witness.key").read_text() == "private"
    assert not (new / "state" / "flight").exists()
    with sqlite3.connect(new / "state" / "registrations.sqlite") as database:
        assert database.execute("SELECT name FROM kept").fetchall() == [("anna",)]
