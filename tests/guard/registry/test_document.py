"""
YAML as text, and what is refused of it.
"""

from __future__ import annotations

import pytest

from h323d.errors import ConfigurationError
from h323d.guard.registry.document import MAX_OCTETS, Mapping, Scalar, read

BOMB = "a: &a [x, x, x]\nb: [*a, *a, *a]\n"


@pytest.mark.parametrize(
    "text",
    ["0012025550123", "+442071838750", "no", "12:30:45", "12e4567890", "0x1f", "~", "2026-11-29"],
)
def test_everyScalarIsItsText(text: str) -> None:
    node = read(f"field: {text}", "it")
    assert isinstance(node, Mapping)
    value = node.member("field")
    assert isinstance(value, Scalar)
    assert value.text == text


def test_aPlaceIsThatOfTheCharactersInTheText() -> None:
    text = "é: ü  # ö\nstatus: 'active' # on\n"
    node = read(text, "it")
    assert isinstance(node, Mapping)
    status = node.member("status")
    assert status is not None
    assert text[status.place.start : status.place.end] == "'active'"
    assert status.place.line == 2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (BOMB, 1, "anchors"),
        ("a: 1\nb: *a", 2, "anchors|undefined"),
        ("a: 1\nb: !!python/object/apply:os.system ['id']", 2, "tags"),
        ("a: 1\nb: !local x", 2, "tags"),
        ("status: active\nstatus: revoked", 2, "twice"),
        ("[[[[[[[[[x]]]]]]]]]", 1, "deeper"),
        ("[" * 100_000, 1, "depth|deeper"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("? [a]\n: 1", 1, "name is a text"),
        ("a: 1\nb: [", 3, "."),
    ],
)
def test_whatIsRefusedIsToldWithItsLine(text: str, line: int, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        read(text, "it")
    assert caught.value.place == f"it: line {line}"


def test_eightLevelsAreTaken() -> None:
    assert read("[[[[[[[[x]]]]]]]]", "it") is not None


@pytest.mark.parametrize("text", ["a: \x07", "a: \ud800", "\x00"])
def test_charactersThatNoDocumentHasAreRefused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no YAML"):
        read(text, "it")


@pytest.mark.parametrize("text", ["x" * (MAX_OCTETS + 1), "é" * (MAX_OCTETS // 2 + 1)])
def test_aLargeFileIsRefusedBeforeItIsRead(text: str) -> None:
    with pytest.raises(ConfigurationError, match="more than"):
        read(text, "it")


@pytest.mark.parametrize("text", ["", "# nobody\n", "---\n"])
def test_nothingIsNothing(text: str) -> None:
    assert read(text, "it") is None
