"""
Whether sound before the answer may be heard, in the words of P-Early-Media.
"""

from __future__ import annotations

import pytest

from h323d.sip.calls.earlymedia import mayBeHeard, understands
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPResponse


def response(*lines: str) -> SIPResponse:
    return SIPResponse(183, "", Headers([("P-Early-Media", each) for each in lines]))


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        ((), None),
        (("supported",), None),
        (("gated",), None),
        (("sendrecv",), True),
        (("SendOnly",), True),
        (("recvonly",), False),
        (("inactive, gated",), False),
        (("inactive, sendonly;x=1",), True),
        (("inactive", "sendrecv"), True),
        ((", ;",), None),
    ],
)
def test_itSaysWhetherItsSenderMayBeHeard(lines: tuple[str, ...], heard: bool | None) -> None:
    assert mayBeHeard(response(*lines)) is heard


@pytest.mark.parametrize(("lines", "known"), [((), False), (("supported",), True), (("",), False)])
def test_whoSaysItUnderstandsIt(lines: tuple[str, ...], known: bool) -> None:
    assert understands(response(*lines)) is known
