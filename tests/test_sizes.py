"""
What nobody has to scroll for: how long modules and functions are, and how many parameters a
constructor takes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import h323d

ROOT = Path(h323d.__file__).parent
GENERATED = (ROOT / "asn1" / "codec", ROOT / "asn1" / "schema")

MAX_LINES = 420  # of a module
MAX_CODE = 45  # lines of code in the body of a function
MAX_PARAMETERS = 9  # of a constructor

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    """
    All that are written by hand.
    """
    return [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if not any(path.is_relative_to(each) for each in GENERATED)
    ]


def functionsIn(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield node


def codeOf(function: Function, lines: list[str]) -> int:
    """
    How many lines of its body are neither docstring nor comment, nor empty.
    """
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    written = [line.strip() for line in lines[body[0].lineno - 1 : body[-1].end_lineno]]
    return sum(bool(line) and not line.startswith("#") for line in written)


def parametersOf(function: Function) -> int:
    """
    How many it takes, beside itself.
    """
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs) - 1


def tooLarge(source: str) -> list[str]:
    """
    What of a module is.
    """
    lines = source.splitlines()
    found = [f"{len(lines)} lines"] if len(lines) > MAX_LINES else []
    for each in functionsIn(source):
        code, parameters = codeOf(each, lines), parametersOf(each)
        if code > MAX_CODE:
            found.append(f"{each.name}, line {each.lineno}: {code} lines of code")
        if each.name == "__init__" and parameters > MAX_PARAMETERS:
            found.append(f"constructor, line {each.lineno}: {parameters} parameters")
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_aModuleAndItsFunctionsAreNotTooLarge(path: Path) -> None:
    assert tooLarge(path.read_text()) == []


def test_whatIsTooLargeIsFound() -> None:
    long = "\n".join(f"    one = {number}" for number in range(MAX_CODE))
    wide = ", ".join(f"p{number}" for number in range(MAX_PARAMETERS))
    assert tooLarge(f'def f():\n    """Of no account."""\n{long}\n    # nor this\n') == []
    assert tooLarge(f"def f():\n{long}\n    two = 2\n") == ["f, line 1: 46 lines of code"]
    assert tooLarge(f"def __init__(self, {wide}): ...") == []
    assert tooLarge(f"def __init__(self, {wide}, *, other): ...") == [
        "constructor, line 1: 10 parameters"
    ]
    assert tooLarge("\n" * 421) == ["421 lines"]
