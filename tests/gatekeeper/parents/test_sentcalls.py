"""
Which calls a parent answers for.
"""

from __future__ import annotations

from h323d.gatekeeper.parents.sentcalls import SentCalls


def test_aCallIsItsSendersUntilItIsOver() -> None:
    calls = SentCalls()
    calls.enter(b"a", "world")
    assert (calls.senderOf(b"a"), calls.senderOf(b"b"), len(calls)) == ("world", "", 1)
    calls.remove(b"b")
    calls.remove(b"a")
    assert (calls.senderOf(b"a"), len(calls)) == ("", 0)
