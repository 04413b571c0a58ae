"""
Values as JSON.
"""

from __future__ import annotations

import json

import pytest

from h323d.asn1 import h225
from h323d.asn1.jsonview import jsonView


@pytest.mark.parametrize(
    ("value", "view"),
    [
        ({"a": [b"\x01\xff", None, True]}, {"a": ["01ff", None, True]}),
        (("ipAddress", {"port": 1}), {"ipAddress": {"port": 1}}),
        ((0, 0, 8, 2250, 0, 7), "0.0.8.2250.0.7"),
        ((5, 3), {"bits": 3, "hex": "a0"}),
        ((1, 0), "1.0"),
        ((0, 0), {"bits": 0, "hex": ""}),
        (("_ext_3", b"x"), {"_ext_3": "78"}),
        (1 << 60, str(1 << 60)),
        (-(1 << 60), str(-(1 << 60))),
        (4294967295, 4294967295),
        ((), ""),
    ],
)
def test_aValueIsShownInJSONsTypes(value: object, view: object) -> None:
    assert jsonView(value) == view


def test_aDecodedMessageCanBeWrittenAsJSON() -> None:
    data = h225.encode("AliasAddress", ("h323-ID", "caf\u00e9"))
    assert json.loads(json.dumps(jsonView(h225.decode("AliasAddress", data)))) == {
        "h323-ID": "caf\u00e9"
    }


def test_aBitStringTooLongForDecimalIsShownAllTheSame() -> None:
    assert jsonView((1 << 65535, 65536)) == {"bits": 65536, "hex": "80" + "00" * 8191}
