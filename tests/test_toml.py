"""
Where keys stand in a TOML document.
"""

from __future__ import annotations

from h323d.toml import linesOf


def test_aTableWithinAListOfTablesHasItsLine() -> None:
    text = '[[a.b]]\nx = 1\n[[a.b]]\n"y.z" = """\n[c]\n"""\n[a.b.d]\ne.f = 2\n'
    assert linesOf(text) == {
        "a.b[0]": 1, "a.b[0].x": 2, "a.b[1]": 3, "a.b[1].y.z": 4, "a.b[1].d": 7,
        "a.b[1].d.e": 8, "a.b[1].d.e.f": 8,
    }  # fmt: skip


def test_keysOfTheTopAndOfTablesHaveTheirLines() -> None:
    assert linesOf("a = 1\n\n# a comment\n[t]\nb = 2\n") == {"a": 1, "t": 4, "t.b": 5}


def test_whatGoesOverSeveralLinesBeginsInItsFirst() -> None:
    text = 'a = [\n  1,\n  2,\n]\nb = """\nx = 1\n"""\nc = 3\n'
    assert linesOf(text) == {"a": 1, "b": 5, "c": 8}


def test_keysOfAnInlineTableStandWhereItDoes() -> None:
    assert linesOf("\na = [{b = 1}, {c = {d = 2}}]\n") == {
        "a": 2, "a[0].b": 2, "a[1].c": 2, "a[1].c.d": 2,
    }  # fmt: skip


def test_anEmptyDocumentHasNone() -> None:
    assert linesOf("") == {}
