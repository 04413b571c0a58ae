"""
What digest computes, by the examples of RFC 7616, 3.9.1.
"""

from __future__ import annotations

import pytest

from h323d.sip.digest.algorithms import Algorithm, checkSecret, responseOf, secretOf

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (Algorithm.MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Algorithm.SHA_256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_theExamplesOfTheStandard(algorithm: Algorithm, response: str) -> None:
    secret = secretOf(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")
    uri = "/dir/index.html"
    assert responseOf(algorithm, secret, NONCE, "00000001", CNONCE, "GET", uri) == response


def test_octetsThatAreNoTextAreHashedAsTheyCame() -> None:
    assert Algorithm.MD5.hash("\udcff") == "00594fd4f42ba43fc1ca0427a0576295"


@pytest.mark.parametrize("algorithm", Algorithm)
def test_aSecretHasAsManyDigitsAsItsAlgorithmMakes(algorithm: Algorithm) -> None:
    key = {Algorithm.SHA_256: "sha256", Algorithm.MD5: "md5"}[algorithm]
    secret = secretOf(algorithm, "a", "b", "c")
    checkSecret(key, secret)
    for text in (secret[1:], secret + "0", secret.upper(), ""):
        with pytest.raises(ValueError, match=f"{key}: must be {algorithm.digits} digits"):
            checkSecret(key, text)
