"""
What endpoints say of themselves.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.ras.selfdescription import prefixesFrom, prefixesOf

NODE = {"mc": False, "undefinedNode": False}


@pytest.mark.parametrize(
    ("alias", "prefixes"),
    [
        (("dialledDigits", "00"), ("00",)),
        (("dialledDigits", "9,1"), ()),
        (("h323-ID", "1#"), ("1#",)),
        (("h323-ID", "south"), ()),
        (("h323-ID", ""), ()),
        (
            (
                "partyNumber",
                (
                    "e164Number",
                    {"publicTypeOfNumber": ("unknown", None), "publicNumberDigits": "4"},
                ),
            ),
            ("4",),
        ),
        (("_ext_0", b"\x00"), ()),
    ],
)
def test_aPrefixIsOfDigits(alias: Any, prefixes: tuple[str, ...]) -> None:
    assert prefixesFrom([{"prefix": alias}, {"prefix": alias}]) == prefixes


def test_anMCUServesPrefixesToo() -> None:
    protocol = [("h323", {"supportedPrefixes": [{"prefix": ("dialledDigits", "88")}]})]
    assert prefixesOf({"mcu": {"protocol": protocol}, **NODE}) == ("88",)


def test_aProtocolThatIsNewerThanTheSchemaIsPassedOver() -> None:
    protocol = [("_ext_9", b"\x01\x02"), ("voice", {}), ("h320", {"supportedPrefixes": []})]
    assert prefixesOf({"gateway": {"protocol": protocol}, **NODE}) == ()


def test_aTerminalServesNone() -> None:
    assert prefixesOf({"terminal": {}, **NODE}) == ()
