"""
Changing a registry in place.
"""

from __future__ import annotations

import pytest

from h323d.errors import ConfigurationError
from h323d.guard.registry.editing import added, withStatus
from h323d.guard.registry.guardian import Status
from h323d.guard.registry.reading import parse
from tests.support.guardians import publicKey

ANNA, BERT = "if://guardian/anna", "if://guardian/bert"
KEY = {name: str(publicKey(name)) for name in ("anna", "bert", "carl")}
TEXT = f"""# Überschrift
guardians:
  # the first
  - terminal_id: {ANNA}   # her
    public_key: {KEY["anna"]}
    status: active  # since 2026
  - {{terminal_id: {BERT}, public_key: "{KEY["bert"]}"}}
  # the last word
"""
CARL = {"terminal_id": ("if://guardian/carl",), "public_key": (KEY["carl"],)}


def changes(before: str, after: str) -> tuple[list[str], list[str]]:
    """
    The lines that are gone, and those that are new.
    """
    old, new = before.splitlines(), after.splitlines()
    return [x for x in old if x not in new], [x for x in new if x not in old]


def test_aStatusIsChangedWhereItStands() -> None:
    assert changes(TEXT, withStatus(TEXT, ANNA, Status.SUSPENDED, "it")) == (
        ["    status: active  # since 2026"],
        ["    status: suspended  # since 2026"],
    )


def test_aStatusThatIsNotThereComesAfterTheName() -> None:
    text = TEXT.replace("    status: active  # since 2026\n", "")
    assert changes(text, withStatus(text, ANNA, Status.REVOKED, "it")) == (
        [],
        ["    status: revoked"],
    )


def test_anEntryInBracesIsChangedToo() -> None:
    changed = withStatus(TEXT, BERT, Status.REVOKED, "it")
    assert f"{{terminal_id: {BERT}, status: revoked, " in changed


def test_aQuotedStatusIsReplacedWithItsQuotes() -> None:
    text = TEXT.replace("status: active", "status: 'active'")
    assert "    status: revoked  # since" in withStatus(text, ANNA, Status.REVOKED, "it")


def test_nobodyElseIsChanged() -> None:
    with pytest.raises(ConfigurationError, match="there is no if://guardian/carl"):
        withStatus(TEXT, "if://guardian/carl", Status.REVOKED, "it")


def test_anEntryComesAfterTheLast() -> None:
    fields = CARL | {"aliases": ("e164:01", 'h323:C "x" \U0001f600')}
    changed = added(TEXT, fields, "it")
    lines = changed.splitlines()
    place = lines.index("  - terminal_id: if://guardian/carl")
    assert lines[place + 2] == '    aliases: [e164:01, "h323:C \\"x\\" \U0001f600"]'
    assert [x for x in lines if x not in lines[place : place + 3]] == TEXT.splitlines()
    assert [each.value for each in list(parse(changed))[2].aliases] == ["01", 'C "x" \U0001f600']


@pytest.mark.parametrize(
    "text",
    ["", "# nobody", "guardians:\n", "guardians:", "guardians: []\n# end\n", "guardians:\n\n# x\n"],
)
def test_theFirstEntryComesWhereThereIsNone(text: str) -> None:
    changed = added(text, CARL, "it")
    assert [each.terminalId for each in parse(changed)] == ["if://guardian/carl"]
    assert all(line in changed for line in text.splitlines() if line.startswith("#"))


def test_aListThatIsNotIndentedGoesOnSo() -> None:
    text = f"guardians:\n- terminal_id: {ANNA}\n  public_key: {KEY['anna']}"
    assert "\n- terminal_id: if://guardian/carl\n  public_key" in added(text, CARL, "it")


def test_aListInBracketsIsLeftToPeople() -> None:
    text = f"guardians: [{{terminal_id: {ANNA}, public_key: '{KEY['anna']}'}}]\n"
    with pytest.raises(ConfigurationError, match="by hand"):
        added(text, CARL, "it")


def test_whatNoReaderWouldTakeIsNotWritten() -> None:
    with pytest.raises(ConfigurationError, match="too"):
        added(TEXT, CARL | {"public_key": (KEY["anna"],)}, "it")
    with pytest.raises(ConfigurationError, match="role_: is unknown"):
        added(TEXT, CARL | {"role_": ("x",)}, "it")
    with pytest.raises(ConfigurationError, match="terminal_id"):
        added(TEXT, CARL | {"terminal_id": (ANNA,)}, "it")


def test_aFileWithFaultsIsNotTouched() -> None:
    with pytest.raises(ConfigurationError, match="status"):
        withStatus(TEXT.replace("active", "on"), BERT, Status.REVOKED, "it")
