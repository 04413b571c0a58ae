"""
What the tests rely on among themselves.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parent
SYSTEM = TESTS / "system"
PYCRATE = {  # another's module, which has no other way in
    TESTS / "support" / "patch_pycrate.py",
    TESTS / "support" / "pycrate_oracle.py",
}
PUBLIC = {"_exit"}  # os has it, by this name
_NETWORK = re.compile(r"127\.0\.(\d+)\.")


def test_everyFileOfSystemTestsHasNetworksOfItsOwn() -> None:
    users = defaultdict(set)
    for file in SYSTEM.glob("test_*.py"):
        for network in _NETWORK.findall(file.read_text()):
            users[network].add(file.name)
    del users["0"]  # the loopback's first, where ports are taken that are free
    assert len(users) > 10
    shared = {network: files for network, files in users.items() if len(files) > 1}
    assert shared == {}, "files are run at the same time"


def isPrivate(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in PUBLIC


def privateIn(file: Path) -> list[str]:
    """
    Where a file of tests has to do with something private that is not its own.
    """
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = [each.name for each in node.names if isPrivate(each.name)]
        elif isinstance(node, ast.Attribute):
            names = [node.attr] if isPrivate(node.attr) and not isOurs(node.value) else []
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setattr"):
            last = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            names = [each for each in map(str, last) if isPrivate(each.rpartition(".")[2])]
        else:
            continue
        found += [f"{file.relative_to(TESTS)}:{node.lineno} {name}" for name in names]
    return found


def isOurs(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name) and owner.id in ("self", "cls")


def test_nothingPrivateIsImportedReadOrSet() -> None:
    files = sorted(set(TESTS.rglob("*.py")) - PYCRATE)
    assert [each for file in files for each in privateIn(file)] == []
