"""
What a record says, and that the reference says what each field means.
"""

from __future__ import annotations

import json
from pathlib import Path

from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.quality import CallQuality, Grade
from h323d.witness.cdr import Outcome
from tests.support.cdr import detail


def test_aRecordInJSON() -> None:
    told = detail().told()
    assert json.loads(json.dumps(told)) == told
    assert told["offered"] == "2023-11-14T22:13:20.000Z"
    assert told["answered"] == "2023-11-14T22:13:21.500Z"
    assert told["duration"] == 60.25
    assert told["calling"] == ["1001"]
    assert told["callingPeer"] == "10.0.0.2:1720"
    assert (told["cause"], told["causeName"]) == (16, "NORMAL_CALL_CLEARING")


def test_whatIsNotKnownIsNull() -> None:
    told = detail(answered=None, ended=None, cause=None, callingPeer=None).told()
    for name in ("answered", "ended", "duration", "cause", "causeName", "callingPeer"):
        assert told[name] is None


def test_anIPv6AddressIsInBrackets() -> None:
    told = detail(calledPeer=TransportAddress("2001:db8::3", 1720)).told()
    assert told["calledPeer"] == "[2001:db8::3]:1720"


def test_theReferenceHasEveryFieldInItsOrderAndEveryOutcome() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/cdr.rst").read_text()
    places = [page.index(f"\n``{name}``") for name in detail().told()]
    assert places == sorted(places)
    for outcome in Outcome:
        assert f"``{outcome.value}``" in page
    assert Cause.NORMAL_CALL_CLEARING.name in page


def test_howGoodItWasIsNumbersAndAWord() -> None:
    quality = CallQuality(4.2, 3.9, None, None, Grade.FAIR)
    told = detail(quality=quality).told()
    assert (told["mosReceived"], told["mosReceivedLowest"], told["mosSent"]) == (4.2, 3.9, None)
    assert told["quality"] == "fair"
    assert detail().told()["quality"] is None
    assert detail(quality=CallQuality()).told()["quality"] is None
