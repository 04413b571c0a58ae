"""
C{h323ctl guard}.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from h323d.cli.ctl import main
from h323d.guard.keyfile import signingKeyIn
from h323d.guard.registry.reading import parse
from tests.support.guardians import entry, publicKey

ANNA = "if://guardian/anna"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(f"# who\nguardians:\n{entry('anna')}")
    return path


def test_aKeyIsMadeThatNobodyElseCanRead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "anna.pem"
    assert main(["guard", "keygen", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    public = signingKeyIn(path.read_text(), "it").public
    assert capsys.readouterr().out == f"public_key: {public}\n"


def test_aKeyThatIsThereIsNotWrittenOver(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "anna.pem"
    path.write_text("precious")
    assert main(["guard", "keygen", str(path)]) == 1
    assert path.read_text() == "precious"
    assert "is there already" in capsys.readouterr().err


def test_anEntryIsAdded(file: Path) -> None:
    fields = [f"public_key={publicKey('bert').raw.hex()}", "aliases=e164:01", "aliases=h323:B"]
    assert main(["guard", "add", str(file), "if://guardian/bert", *fields]) == 0
    text = file.read_text()
    assert text.startswith("# who\n")
    bert = parse(text).byTerminalId("if://guardian/bert")
    assert bert is not None
    assert [each.value for each in bert.aliases] == ["01", "B"]
    assert dict(bert.particulars)["registered_at"].endswith("Z")


@pytest.mark.parametrize(("action", "status"), [("suspend", "suspended"), ("revoke", "revoked")])
def test_aStatusIsChanged(file: Path, action: str, status: str) -> None:
    file.chmod(0o640)
    assert main(["guard", action, str(file), ANNA]) == 0
    assert f"    status: {status}\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["registry.yaml"]


def test_whatALinkLeadsToIsChanged(file: Path) -> None:
    link = file.parent / "link.yaml"
    link.symlink_to(file)
    assert main(["guard", "revoke", str(link), ANNA]) == 0
    assert link.is_symlink()
    assert "revoked" in file.read_text()


def test_whatIsWrongIsToldAndNothingChanged(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_text()
    assert main(["guard", "revoke", str(file), "if://guardian/bert"]) == 1
    assert main(["guard", "add", str(file), ANNA]) == 1
    assert main(["guard", "add", str(file), "if://guardian/bert", "x"]) == 1
    assert file.read_text() == before
    assert "x: is not like FIELD=VALUE" in capsys.readouterr().err


def test_aRegistryIsChecked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guard", "check", str(file)]) == 0
    assert f"{file}: good; 1 entries" in capsys.readouterr().out
    file.write_text("guardians:\n" + entry("anna", status="on", nat="x"))
    assert main(["guard", "check", str(file)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_entriesAreListed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guard", "list", str(file), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["terminal_id"], row["status"], row["line"]) == (ANNA, "active", 3)
    assert main(["guard", "list", str(file)]) == 0
    assert capsys.readouterr().out.startswith("terminal_id")


def test_aFileThatIsNotThereIsTold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guard", "list", str(tmp_path / "none")]) == 1
    assert "No such file" in capsys.readouterr().err
