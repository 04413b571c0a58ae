"""
What can go wrong, in words.
"""

from __future__ import annotations

import pytest

from h323d.errors import (
    ConfigurationError,
    ConfigurationFaults,
    DecodeError,
    EncodeError,
    H323dError,
    RemoteProtocolError,
    ResourceUnavailable,
)
from h323d.values.cause import Cause

TEXTS = [
    (DecodeError("bad"), "message: bad"),
    (DecodeError("bad", "TPKT.version", 13), "TPKT.version at octet 13: bad"),
    (DecodeError("bad", offset=0), "message at octet 0: bad"),
    (EncodeError("too long"), "value: too long"),
    (EncodeError("too long", "a.b"), "a.b: too long"),
    (RemoteProtocolError(Cause.INVALID_MESSAGE, "odd"), "odd (INVALID_MESSAGE)"),
    (ResourceUnavailable("no ports are left"), "no ports are left"),
    (
        ConfigurationError("etc/x.toml: sip.port", "must be a port"),
        "etc/x.toml: sip.port: must be a port",
    ),
]


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_eachNamesWhatItIsAboutAndIsOneOfOurs(error: Exception, text: str) -> None:
    assert str(error) == text
    assert isinstance(error, H323dError)


def test_whatRanOutIsAnsweredSoUnlessOtherwiseSaid() -> None:
    assert ResourceUnavailable("x").cause is Cause.RESOURCE_UNAVAILABLE
    assert ResourceUnavailable("x", Cause.USER_BUSY).cause is Cause.USER_BUSY


def test_severalFaultsHaveALineEachAndThePlaceOfTheFirst() -> None:
    faults = ConfigurationFaults((ConfigurationError("a", "one"), ConfigurationError("b", "two")))
    assert str(faults) == "a: one\nb: two"
    assert (faults.place, faults.reason) == ("a", "one")
