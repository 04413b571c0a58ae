"""
What single fields may say.
"""

from __future__ import annotations

import base64

import pytest

from h323d.guard.registry.fields import aliasOf, keyOf, secretOf, terminalIdOf
from h323d.values.address import AddressKind, PartyAddress
from tests.support.guardians import publicKey

RAW = publicKey("anna").raw
BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + RAW


@pytest.mark.parametrize(
    "text",
    [
        str(publicKey("anna")),
        RAW.hex(),
        RAW.hex().upper(),
        f"ssh-ed25519 {base64.b64encode(BLOB).decode()} anna@desk",
        f"ssh-ed25519 {base64.b64encode(BLOB).decode()}",
    ],
)
def test_aKeyHasThreeNotations(text: str) -> None:
    assert keyOf(text).raw == RAW


@pytest.mark.parametrize(
    "text",
    [
        "",
        RAW.hex()[:-1],
        f"ed25519:{RAW.hex()}",
        f"ed25519:{publicKey('anna').spki.hex()}0",
        "ssh-rsa AAAA",
        "ssh-ed25519 !!!",
        f"ssh-ed25519 {base64.b64encode(BLOB[:-1]).decode()}",
        "\u0660" * 64,
    ],
)
def test_whatIsNoKeyIsRefused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        keyOf(text)


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("e164:0044*1#", PartyAddress(AddressKind.DIALLED_DIGITS, "0044*1#")),
        ("h323:Anna B.", PartyAddress(AddressKind.H323_ID, "Anna B.")),
        ("sip:anna@x", PartyAddress(AddressKind.URL, "sip:anna@x")),
    ],
)
def test_aliasesOfEachKind(text: str, alias: PartyAddress) -> None:
    assert aliasOf(text) == alias


@pytest.mark.parametrize("text", ["http://x", "e164:", "anna", "e164:\u0661", "h323:" + "x" * 128])
def test_otherAliasesAreRefused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        aliasOf(text)


@pytest.mark.parametrize("text", ["guardian/a", "if://", "if://a b", "if://ä", "if://" + "x" * 128])
def test_theNameOfAnEntryIsLikeAnAddress(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        terminalIdOf(text)


def test_aSecretIsNotShown() -> None:
    secret = secretOf("md5:" + "ab" * 16)
    assert (secret.kind, secret.value) == ("md5", "ab" * 16)
    assert "ab" not in repr(secret)
