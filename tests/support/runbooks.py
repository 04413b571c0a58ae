"""
The commands of the pages for production.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

__all__ = ["DEPLOY", "PAGES", "RUNBOOK", "commandsOf"]

DOCS = Path(__file__).parents[2] / "docs"
RUNBOOK = DOCS / "H323-PRODUCTION-RUNBOOK.md"
DEPLOY = DOCS / "H323-PRODUCTION-DEPLOY.md"
PAGES = [DEPLOY, RUNBOOK]

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = ("h323ctl", "h323d-call", "h323d-witness")


def commandsOf(page: Path) -> list[list[str]]:
    """
    The words of each command of ours that is to be typed, in the order of the page.
    """
    return list(_commands(page.read_text()))


def _commands(text: str) -> Iterator[list[str]]:
    for block in _BLOCK.findall(text):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if line.startswith("$ ") and words[0] in OURS:
                yield words
