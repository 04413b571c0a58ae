"""
What a ReleaseComplete says of a refusal.
"""

from __future__ import annotations

import pytest

from h323d.call.applications import NAMED, Reason, Refusal
from h323d.h323.calls.refusals import releaseComplete, releaseReason
from h323d.h323.security.guarddata import refused
from h323d.h323.signalling import uuie
from h323d.h323.signalling.uuie import CallIdentity
from h323d.values.cause import Cause

IDENTITY = CallIdentity(bytes(16), bytes(16))


@pytest.mark.parametrize("reason", Reason)
def test_theNamesOfTheGuardsReasonsAreTold(reason: Reason) -> None:
    content = uuie.read(releaseComplete(IDENTITY, Refusal.of(reason).cause, reason))
    assert content.pdu.get("genericData") == ([refused(reason)] if reason in NAMED else None)


@pytest.mark.parametrize("cause", [Cause.USER_BUSY, Cause.RESOURCE_UNAVAILABLE])
def test_ofAPlaceThatIsNotThereTheCauseSaysMore(cause: Cause) -> None:
    assert releaseReason(cause, Reason.CAPACITY_EXCEEDED) == releaseReason(cause, None)


def test_whatNoGateHasRefusedIsToldAsEver() -> None:
    content = uuie.read(releaseComplete(IDENTITY, Cause.USER_BUSY, None, tunnelling=True))
    assert (content.reason, content.tunnelling, content.pdu.get("genericData")) == (
        "inConf",
        True,
        None,
    )
