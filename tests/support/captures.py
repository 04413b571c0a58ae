"""
Messages that GnuGk 5.15 and H323Plus 1.28 exchanged with a server of ours, as they were on
the wire: a file beside the checkout, which a test that needs it does without by skipping.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

__all__ = ["captured", "needsCaptures"]

_FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "peers.json"

needsCaptures = pytest.mark.skipif(
    not _FILE.exists(), reason="the messages of other stacks are not beside this checkout"
)


def captured(group: str, sender: str, kind: str) -> list[tuple[float, bytes]]:
    """
    @param group: of the rows, as in C{"nbpw"}.
    @param sender: the beginning of who sent them.
    @param kind: the name of the message.

    @return: when each was sent, in seconds of Unix time, and its octets.
    """
    rows = json.loads(_FILE.read_text())["rows"]
    return [
        (row["at"], bytes.fromhex(row["hex"]))
        for row in rows
        if row["set"] == group and row["from"].startswith(sender) and row["info"].endswith(kind)
    ]
