"""
PINs, and their hashes.
"""

from __future__ import annotations

import pytest

from h323d.conference.pins import PIN, hashed

SALT = bytes(range(16))


@pytest.mark.parametrize("text", ["1234", "012345678901", hashed("1234", SALT)])
def test_aPinIsWhatWasSet(text: str) -> None:
    entered = "1234" if ":" in text else text
    assert PIN(text).matches(entered)


@pytest.mark.parametrize(
    "entered", ["", "123", "12345", "1235", "0" * 32, "\u0661\u0662\u0663\u0664"]
)
def test_andNothingElse(entered: str) -> None:
    assert not PIN("1234").matches(entered)
    assert not PIN(hashed("1234", SALT)).matches(entered)


def test_aHashDoesNotShowIt() -> None:
    assert "1234" not in hashed("1234", b"\xff" * 16)
    assert hashed("1234", SALT) != hashed("1234", SALT[::-1])
    assert "1234" not in repr(PIN("1234"))


@pytest.mark.parametrize("text", ["", "123", "1" * 13, "12a4", "\u0661\u0662\u0663\u0664"])
def test_whatIsNoPinIsNotHashed(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a PIN has 4 to 12 digits, and nothing else$"):
        hashed(text, SALT)


@pytest.mark.parametrize(
    "text",
    [
        *("123", "12a4", "1234 ", "pbkdf2-sha256:1:2:3"),
        hashed("1234", SALT).replace("10000", "0"),
        hashed("1234", SALT).replace("10000", "60000"),
        hashed("1234", SALT)[:-1],
    ],
)
def test_whatIsNeitherIsToldWithoutItsText(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is neither 4 to 12 digits nor what h323ctl hash made$"):
        PIN(text)
