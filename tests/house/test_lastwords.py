"""
What a process says when it crashes.
"""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, signal, sys
from h323d.house.lastwords import LastWords
words = LastWords()
pid = os.fork()
if not pid:
    words.say()
    os.kill(os.getpid(), int(sys.argv[1]))
words.listen()
os.waitpid(pid, 0)
print(words.heard())
"""


def heardOf(signal: int) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(int(signal))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ran.stdout.strip()


def test_whoeverCrashesSaysWhere() -> None:
    assert "Segmentation fault" in heardOf(11)


def test_whoeverIsKilledSaysNothing() -> None:
    assert heardOf(9) == ""
