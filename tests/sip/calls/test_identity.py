"""
Who calls, as peers that are trusted say it.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.identity import callerOf
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from tests.support.sippeers import request


def invite(*asserted: str) -> SIPRequest:
    extra = "".join(f"P-Asserted-Identity: {each}\n" for each in asserted)
    parsed = parse(request("INVITE", extra=extra).replace("\n", "\r\n").encode())
    assert isinstance(parsed, SIPRequest)
    return parsed


SCRIPT = ["script", "sip:script@10.0.0.3"]


@pytest.mark.parametrize(
    ("asserted", "names", "shown"),
    [
        (('"Cullen" <sip:cullen@example.com>',), ["cullen", "sip:cullen@example.com"], "Cullen"),
        (
            ("<sip:+1408@example.com;user=phone>, <tel:+1408>",),
            ["1408", "sip:+1408@example.com", "tel:+1408"],
            "",
        ),
        (
            ("<sip:1001@example.com>", '"Anna" <tel:+1408>'),
            ["1001", "sip:1001@example.com", "1408", "tel:+1408"],
            "Anna",
        ),
        (
            ("<sip:1@a>, <tel:+2>, <tel:+3>",),
            ["1", "sip:1@a", "2", "tel:+2"],
            "",
        ),
    ],
)
def test_aPeerThatIsTrustedIsBelieved(
    asserted: tuple[str, ...], names: list[str], shown: str
) -> None:
    caller = callerOf(invite(*asserted), True)
    assert ([str(each) for each in caller.calling], caller.displayName, caller.vouched) == (
        names,
        shown,
        True,
    )


@pytest.mark.parametrize(
    ("asserted", "isTrusted"),
    [
        (("<sip:boss@example.com>",), False),
        ((), True),
        (("nobody at all", "<sip:boss@example.com>"), True),
    ],
)
def test_anyOtherIsWhoItSays(asserted: tuple[str, ...], isTrusted: bool) -> None:
    caller = callerOf(invite(*asserted), isTrusted)
    assert ([str(each) for each in caller.calling], caller.displayName, caller.vouched) == (
        SCRIPT,
        "Script",
        False,
    )
