"""
The words that H.245 has of its own for sound.
"""

from __future__ import annotations

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.codings import OWN_WORDS, Coding

everyWord = pytest.mark.parametrize("coding", OWN_WORDS, ids=[each.name for each in OWN_WORDS])


@everyWord
def test_aWordIsReadAsItIsWritten(coding: Coding) -> None:
    value = coding.capability(2, False)
    assert value[0] == coding.alternative
    assert h245.decode("AudioCapability", h245.encode("AudioCapability", value)) == value
    assert coding.read(value) == (2, False)


@everyWord
def test_aModeHasTheSameName(coding: Coding) -> None:
    mode = coding.mode(20)
    assert mode[0] == coding.modeAlternative
    h245.encode("AudioMode", mode)
    assert coding.isMode(mode)


def test_eachHasANameOfItsOwn() -> None:
    assert len({coding.name for coding in OWN_WORDS}) == len(OWN_WORDS)
