"""
What the system calls a thread.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from h323d.media.threadname import showName

SHOWN = Path("/proc/thread-self/comm")


@pytest.mark.skipif(not SHOWN.exists(), reason="this system does not tell the names of threads")
@pytest.mark.parametrize(
    ("name", "shown"), [("media 0", "media 0"), ("a name that is too long", "a name that is ")]
)
def test_aThreadIsShownByItsName(name: str, shown: str) -> None:
    told: list[str] = []

    def run() -> None:
        showName(name)
        told.append(SHOWN.read_text().removesuffix("\n"))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert told == [shown]
