"""
Challenges and credentials, read and written.
"""

from __future__ import annotations

import pytest

from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.fields import Challenge, Credentials

CREDENTIALS = Credentials(
    "anna", "h323d", "00ff", "sip:1@h", Algorithm.SHA_256, "c", "0000000a", "ab", "o"
)


@pytest.mark.parametrize("stale", [False, True])
@pytest.mark.parametrize("opaque", [None, "", 'a "quoted" one'])
@pytest.mark.parametrize("algorithm", Algorithm)
def test_aChallengeIsReadAsItWasWritten(
    algorithm: Algorithm, opaque: str | None, stale: bool
) -> None:
    challenge = Challenge("of a, b", "00ff", algorithm, opaque, stale)
    assert Challenge.read(str(challenge)) == challenge


def test_credentialsAreReadAsTheyWereWritten() -> None:
    assert Credentials.read(str(CREDENTIALS)) == CREDENTIALS


def test_withoutAnAlgorithmItIsMD5() -> None:
    challenge = Challenge.read('Digest realm="r", nonce="n", qop="auth,auth-int"')
    assert challenge == Challenge("r", "n", Algorithm.MD5)


def test_anAlgorithmThatWeDoNotHaveIsNone() -> None:
    challenge = Challenge.read('Digest realm="r",nonce="n",algorithm=SHA-512-256,qop="auth"')
    assert challenge is not None
    assert challenge.algorithm is None


def test_aChallengeWithoutQopIsOfRFC2069() -> None:
    challenge = Challenge.read('Digest realm="r", nonce="n"')
    assert challenge is not None
    assert not challenge.qop


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Basic QWxhZGRpbjpvcGVu",
        "Digest",
        "Digest ",
        'Digest realm="r"',
        'Digest realm="r", realm="s", nonce="n"',
        'Digest realm="r, nonce="n"',
        'Digest realm="r" nonce="n"',
        "Digest " + ", ".join(f"x{number}=1" for number in range(40)) + ', realm="r", nonce="n"',
    ],
)
def test_whatIsNoChallengeIsNone(line: str) -> None:
    assert Challenge.read(line) is None


@pytest.mark.parametrize("name", ["username", "realm", "nonce", "uri", "cnonce", "nc", "response"])
def test_credentialsThatLackSomethingAreNone(name: str) -> None:
    parts = [each for each in str(CREDENTIALS).split(", ") if f"{name}=" not in each]
    assert Credentials.read(", ".join(parts)) is None


@pytest.mark.parametrize("count", ["1", "0000000g", "000000001"])
def test_aCountHasEightDigits(count: str) -> None:
    assert Credentials.read(str(CREDENTIALS).replace("nc=0000000a", f"nc={count}")) is None


def test_whatIsShownIsInNoTrace() -> None:
    assert "ab" not in repr(CREDENTIALS)
