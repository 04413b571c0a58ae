"""
The configuration of the witness's log.
"""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from h323d.witness.log.config import CosignerConfig, WitnessConfig
from h323d.witness.log.note import SignatureType, Signer

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"directory": "w"}, "origin: a log needs a name"),
        ({"origin": "a b"}, "origin: may have neither spaces nor a +"),
        ({"directory": "\0", "origin": "a"}, "directory: is not a path"),
        ({"key": "\0"}, "key: is not a path"),
        ({"retention": 0}, "retention: must be 1 to 36500 days"),
    ],
)
def test_whatCannotBeIsToldByItsKey(keys: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("+", r"\+")):
        WitnessConfig(**keys)


def test_aCosignerHasAURLAndAKeyOfItsOwnKind() -> None:
    key = Signer.of("w.example", PRIVATE, SignatureType.COSIGNATURE).key
    assert CosignerConfig("https://w.example", str(key)).key == str(key)
    with pytest.raises(ValueError, match="is no URL"):
        CosignerConfig("w.example", str(key))
    with pytest.raises(ValueError, match="key: key: is not of Ed25519"):
        CosignerConfig("https://w.example", "w.example+00000000+AAAA")
    with pytest.raises(ValueError, match="key: is not that of a cosigner"):
        CosignerConfig("https://w.example", str(Signer.of("w.example", PRIVATE).key))
