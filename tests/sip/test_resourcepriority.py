"""
C{Resource-Priority}.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import CallType
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.resourcepriority import HEADER, headersOfType, typeIn
from tests.support.sip_messages import INVITE


def invite(*values: str) -> SIPRequest:
    request = parse(INVITE)
    assert isinstance(request, SIPRequest)
    return request.withHeaders(request.headers.replacing(HEADER, *values))


@pytest.mark.parametrize(
    ("values", "callType"),
    [
        (("ets.0",), CallType.EMERGENCY),
        (("ESNET.3",), CallType.EMERGENCY),
        (("dsn.flash , ets.4",), CallType.EMERGENCY),
        (("wps.0", "esnet.1"), CallType.EMERGENCY),
        (("dsn.flash",), None),
        (("etsx.0",), None),
        (("",), None),
        ((), None),
    ],
)
def test_theNamespacesOfEmergencyServicesDeclareAnEmergency(
    values: tuple[str, ...], callType: CallType | None
) -> None:
    assert typeIn(invite(*values)) is callType


def test_whatWeWriteWeRead() -> None:
    for callType in (CallType.EMERGENCY, CallType.ESCALATE, None):
        values = [value for _, value in headersOfType(callType)]
        expected = callType if callType is CallType.EMERGENCY else None
        assert typeIn(invite(*values)) is expected
