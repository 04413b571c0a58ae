"""
promtool, which Debian's package C{prometheus} has.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

__all__ = ["promtool"]


def promtool(*arguments: str, given: bytes = b"", at: Path | None = None) -> Sequence[str]:
    """
    Run it; the test is skipped where it is missing.

    @param given: what it reads.
    @param at: the directory that it runs in.

    @return: what it has to complain about, a line each.
    """
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed: Debian's package prometheus has it")
    run = subprocess.run(
        [program, *arguments], input=given, capture_output=True, timeout=60, cwd=at, check=False
    )
    said = (run.stdout + run.stderr).decode()
    return said.splitlines() if run.returncode else []
