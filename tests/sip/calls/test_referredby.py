"""
What an INVITE says of the transfer that it comes of.
"""

from __future__ import annotations

import pytest

from h323d.errors import DecodeError
from h323d.sip.calls.referredby import referredHeaders, referredOf
from h323d.values.referred import Referred
from tests.support.fakeagent import received


@pytest.mark.parametrize(
    ("extra", "by"),
    [
        ("Referred-By: <sip:boss@10.0.0.3>", "<sip:boss@10.0.0.3>"),
        ("b: sip:boss@10.0.0.3;cid=12", "<sip:boss@10.0.0.3>"),
        ('Referred-By: "The Boss" <sip:boss@10.0.0.3;x=y>', "<sip:boss@10.0.0.3;x=y>"),
    ],
)
def test_whoRefersIsCarriedOn(extra: str, by: str) -> None:
    said = referredOf(received("REFER", extra=f"{extra}\n").request)
    assert said == Referred(by)
    assert referredHeaders(said) == (("Referred-By", by),)


def test_whereNothingIsSaidNothingIsCarried() -> None:
    assert referredOf(received("REFER").request) is None
    assert referredHeaders(None) == ()


def test_whatIsReplacedElsewhereIsSaidThere() -> None:
    said = referredOf(received("REFER").request, "a;to-tag=b;from-tag=c")
    assert referredHeaders(said) == (("Replaces", "a;to-tag=b;from-tag=c"),)


def test_aReferrerThatCannotBeReadIsAnError() -> None:
    with pytest.raises(DecodeError, match="Referred-By"):
        referredOf(received("REFER", extra="Referred-By: <boss\n").request)
