"""
Configuration files that nobody would write: whatever is in one, it is read, or refused with a
C{ConfigurationError}.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from h323d.config.reading import load, parse
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError

SECTIONS = {
    each.name: getattr(Configuration(), each.name) for each in dataclasses.fields(Configuration)
}

REPEATED = settings(max_examples=100)

# What is nearly right in many places: addresses, networks, numbers, names, paths, URLs.
_NEARLY = (
    *("", " ", "\0", "0.0.0.0", "::", "fe80::1%eth0", "127.0.0.1:1719", "[::1]:0", "[::1"),
    *(
        "10.0.0.0/33",
        "10.0.0.1/8",
        "1.2.3",
        "x" * 200,
        "http://[::1",
        "http://h:99999/",
        "~nobody/x",
    ),
    *(
        "/",
        "8xxxx",
        "(",
        "\\1",
        "required",
        "proxied",
        "md5",
        "\ud7ff\ue000",
        "\U0001f600",
        "example.com",
    ),
)
STRINGS = st.sampled_from(_NEARLY) | st.text("ax18*#@.:/\\ \0\n\x7f\x85\u00e9", max_size=12)
TOML = "[]{}=\"'#,.\n\t\r a019_-+:TZe\\\0\x7f\u00e9"
NUMBERS = (
    st.integers(-(10**6), 10**6)
    | st.sampled_from([0, -1, 65535, 65536, 2**31, 2**63, -(2**63), 2**64, 10**400, 10**4000])
    | st.floats()
)
SCALARS = st.one_of(
    NUMBERS,
    STRINGS,
    st.booleans(),
    st.dates(datetime.date(1, 1, 1)),
    st.times(),
    st.datetimes(),
)


def literal(value: Any) -> str:
    """
    A value as TOML writes it.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{literal(key)} = {literal(each)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return repr(value)


def anything(depth: int = 2) -> st.SearchStrategy[Any]:
    """
    Any value, tables and lists included.
    """
    if not depth:
        return SCALARS
    inner = anything(depth - 1)
    return SCALARS | st.lists(inner, max_size=3) | st.dictionaries(STRINGS, inner, max_size=3)


def fitting(hint: Any) -> st.SearchStrategy[Any]:
    """
    Values that have the type that is wanted, as often as not.
    """
    if dataclasses.is_dataclass(hint):
        return section(hint)
    if typing.get_origin(hint) is tuple:
        return st.lists(fitting(typing.get_args(hint)[0]), max_size=3) | anything()
    kinds = {bool: st.booleans(), int: NUMBERS, float: NUMBERS, str: STRINGS}
    return kinds.get(hint, STRINGS) | anything()


def section(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    """
    A table for a section, or for an item of a list of tables.
    """
    hints = typing.get_type_hints(kind)
    return st.fixed_dictionaries({}, optional={name: fitting(hint) for name, hint in hints.items()})


def judged(text: str) -> Configuration | None:
    """
    @return: C{None} for what is refused as it should be.
    """
    try:
        return parse(text, "file")
    except ConfigurationError:
        return None


@pytest.mark.parametrize("name", SECTIONS)
def test_anySectionIsReadOrRefusedAndRaisesNothingElse(name: str) -> None:
    @REPEATED
    @given(section(type(SECTIONS[name])))
    def check(table: dict[str, Any]) -> None:
        lines = [f"{key} = {literal(value)}" for key, value in table.items()]
        judged("\n".join([f"[{name}]", *lines]))

    check()


@REPEATED
@given(st.dictionaries(st.sampled_from(list(SECTIONS)) | STRINGS, anything(3), max_size=4))
def test_anyDocumentIsReadOrRefusedAndRaisesNothingElse(document: dict[str, Any]) -> None:
    judged("\n".join(f"{literal(key)} = {literal(value)}" for key, value in document.items()))


@REPEATED
@given(st.text(TOML, max_size=60))
def test_anyTextIsReadOrRefusedAndRaisesNothingElse(text: str) -> None:
    judged(text)


@pytest.mark.parametrize(
    "value",
    [
        "1" * 5000,
        "0x" + "f" * 5000,
        "1e999999",
        "-inf",
        "nan",
        "1" * 400,
        "[" * 5000,
        "{a=" * 5000,
        '"' + "x" * 100_000 + '"',
        '"\\u0000"',
        "1979-05-27T07:32:00Z",
        "07:32:00",
    ],
    ids=lambda value: value[:20],
)
@pytest.mark.parametrize("key", ["[sip]\nport", "[sip]\nT1", "[cdr]\nfile", "a", "[sip]\na.b.c"])
def test_whatIsTooMuchIsRefused(key: str, value: str) -> None:
    isName = key == "[cdr]\nfile" and value[:2] == '"x'
    assert (judged(f"{key} = {value}") is not None) == isName


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"a = 1\0", b"[sip]\r\nport = 1\r\n\xe9"])
def test_whatIsNoTextIsRefused(octets: bytes, tmp_path: Path) -> None:
    file = tmp_path / "h323d.toml"
    file.write_bytes(octets)
    with pytest.raises(ConfigurationError, match="h323d"):
        load(file)
