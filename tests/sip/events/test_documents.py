"""
What the documents of events say of parties.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from h323d.sip.events.documents import MAX_NAME, shown, uriOfParty, written
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress

NUMBER = PartyAddress(AddressKind.DIALLED_DIGITS, "1001")
URL = PartyAddress(AddressKind.URL, "sip:anna@example.com")


@pytest.mark.parametrize(
    ("names", "uri"),
    [
        ((NUMBER, URL), "sip:anna@example.com"),
        ((NUMBER,), "sip:1001@10.0.0.1"),
        ((ANONYMOUS,), "sip:anonymous@anonymous.invalid"),
        ((), "sip:anonymous@10.0.0.1"),
    ],
)
def test_aPartyHasAURIWhateverItsNamesAre(names: tuple[PartyAddress, ...], uri: str) -> None:
    assert str(uriOfParty(names, "10.0.0.1")) == uri


def test_aNameIsShownWithoutControlsAndNotEndlessly() -> None:
    assert shown("An\x00na\r\n") == "Anna"
    assert len(shown("a" * 1000)) == MAX_NAME


def test_aDocumentSaysWhatItIsWrittenIn() -> None:
    assert written(ElementTree.Element("é")).startswith(b"<?xml version='1.0' encoding='utf-8'?>")
