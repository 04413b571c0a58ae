"""
What the tests rely on among themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

SYSTEM = Path(__file__).parent / "system"
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
