"""
That no refusal has a word which nobody explains, and that what explanations point at exists.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from h323d.call.applications import Reason
from h323d.config.sections import Configuration
from h323d.guard.registry.guardian import Status
from h323d.guard.signatures.verifying import Fault
from h323d.operation.commands import COMMANDS
from h323d.operation.explanations import EXPLANATIONS

PACKAGE = Path(__file__).parents[2] / "h323d"
DOCS = PACKAGE.parent / "docs"
_KEY = re.compile(r"\b([a-z0-9]+)\.([a-z]\w+)")
_COMMAND = re.compile(r"h323ctl (\w+)")
_PAGE = re.compile(r"docs/[\w/-]+")
_WITHOUT_SERVER = {"guard"}


def refusalWords() -> set[str]:
    """
    The word of each refusal that the source makes, where it stands there as a text.
    """
    return {
        word.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("Refusal", "Refusal.of", "Failure")
        for word in node.args[1:]
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }


def test_everyWordOfARefusalIsExplained() -> None:
    words = refusalWords()
    assert {"roomFull", "noRoute", "wrongName", "maintenance"} <= words
    assert words - EXPLANATIONS.keys() == set()


def test_everyReasonAndFaultIsExplained() -> None:
    named = {each.value for kind in (Reason, Fault) for each in kind}
    named |= {each.value for each in Status if each is not Status.ACTIVE}
    assert named - EXPLANATIONS.keys() == set()


@pytest.mark.parametrize("word", EXPLANATIONS)
def test_whatAnExplanationPointsAtExists(word: str) -> None:
    then = EXPLANATIONS[word].then
    sections = {
        each.name: {key.name for key in dataclasses.fields(getattr(Configuration(), each.name))}
        for each in dataclasses.fields(Configuration)
    }
    keys = [(section, key) for section, key in _KEY.findall(then) if section in sections]
    assert [each for each in keys if each[1] not in sections[each[0]]] == []
    commands = {each.name for each in COMMANDS} | _WITHOUT_SERVER
    assert set(_COMMAND.findall(then)) - commands == set()
    assert [
        page for page in _PAGE.findall(then) if not (DOCS.parent / f"{page}.rst").is_file()
    ] == []
