"""
Personal data in what is written bit by bit.
"""

from __future__ import annotations

import pytest

from h323d.guard.pii.chat import REMEMBERED, Chats


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        (
            ["my card is", "4111 1111", "1111 1111."],
            ["my card is", "4111 1111", "[REDACTED:CARD]."],
        ),
        (["4111", "1111", "1111", "1111"], ["4111", "1111", "1111", "[REDACTED:CARD]"]),
        (["219-09", "-9998, that is"], ["219-09", "[REDACTED:SSN], that is"]),
        (["219", "-09-", "9998"], ["219", "-09-", "[REDACTED:SSN]"]),
        (["hello", "a@example.org", "there"], ["hello", "[REDACTED:EMAIL]", "there"]),
        (["4111 1111 1111 1111", "and"], ["[REDACTED:CARD]", "and"]),
    ],
)
def test_whatIsCompletedIsCutOut(messages: list[str], shown: list[str]) -> None:
    chats = Chats()
    assert [chats.redacted("anna", each) for each in messages] == shown


def test_eachWriterWritesTheirOwn() -> None:
    chats = Chats()
    chats.redacted("anna", "4111 1111")
    assert chats.redacted("bert", "1111 1111") == "1111 1111"


def test_soManyCharactersAreRemembered() -> None:
    chats = Chats()
    chats.redacted("anna", "4111 1111" + "." * REMEMBERED)
    assert chats.redacted("anna", "1111 1111") == "1111 1111"


def test_whatIsForgottenCompletesNothing() -> None:
    chats = Chats()
    chats.redacted("anna", "4111 1111")
    chats.forget("anna")
    assert chats.redacted("anna", "1111 1111") == "1111 1111"


def test_whatIsTooLongIsCutOutWhole() -> None:
    assert Chats().redacted("anna", "x" * 600) == "[REDACTED:UNEXAMINED]"
