from __future__ import annotations

from h323d.gatekeeper.routing.prefixes import PrefixTable


def test_theLongestPrefixComesFirstAndEachPrefixKeepsItsOrder() -> None:
    table: PrefixTable[str] = PrefixTable()
    for prefix, value in (("0", "a"), ("0049", "b"), ("", "c"), ("0", "d"), ("1", "e")):
        table.add(prefix, value)
    assert list(table.matching("004930")) == [("0049", "b"), ("0", "a"), ("0", "d"), ("", "c")]
    assert list(table.matching("")) == [("", "c")]
    assert list(PrefixTable[str]().matching("1")) == []
