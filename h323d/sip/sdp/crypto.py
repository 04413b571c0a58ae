"""
Keys of SRTP in session descriptions: the C{crypto} attribute (RFC 4568), and which of its lines
both sides can use.

A line that is malformed, or that asks for what we do not have - several keys, a stream that is
encrypted in part - is passed over: another one may be good.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Set
from dataclasses import dataclass, replace

from h323d.sip.sdp.description import Attribute, MediaDescription, attributesOf
from h323d.values.media.encryption import LONGEST_IDENTIFIER, CryptoSuite, MasterKey, StreamKeys

__all__ = [
    "Crypto",
    "KeySource",
    "acceptedCrypto",
    "answeredKeys",
    "cryptosOf",
    "offeredCryptos",
]

CRYPTO = "crypto"
# Those first that all have: some take the first that they know, or look no further.
_OFFERED = (
    CryptoSuite.AES_CM_80,
    CryptoSuite.AES_CM_32,
    CryptoSuite.AES_256_GCM,
    CryptoSuite.AES_256_CM_80,
)
MAX_LIFETIME = 48  # as a power of two: all packets that one key may encrypt (RFC 3711, 9.2)
_CRYPTO = re.compile(
    r"([1-9][0-9]{0,8}|0)[ \t]+([A-Za-z0-9_]{1,64})[ \t]+inline:([A-Za-z0-9+/]{1,128}={0,2})"
    r"(?:\|((?:2\^)?[0-9]{1,15}))?(?:\|([0-9]{1,20}):([0-9]{1,3}))?((?:[ \t]+\S+)*)[ \t]*"
)
_HARMLESS = re.compile(r"WSH=[0-9]+|KDR=0|-.*")  # session parameters that change nothing for us


@dataclass(frozen=True, slots=True)
class Crypto:
    """
    One line that can be used.

    @ivar tag: by which an answer tells which line it takes.
    """

    tag: int
    key: MasterKey

    @classmethod
    def parse(cls, value: str) -> Crypto | None:
        """
        @return: C{None} for a line that is not to be used.
        """
        found = _CRYPTO.fullmatch(value.strip())
        if found is None:
            return None
        tag, name, text, lifetime, number, size, parameters = found.groups()
        suite = _SUITES.get(name.upper())
        if suite is None or not _isLifetime(lifetime):
            return None
        if not all(_HARMLESS.fullmatch(each) for each in parameters.split()):
            return None
        try:
            octets = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            identifier = _identifier(number, size)
        except ValueError:  # binascii.Error among them
            return None
        if len(octets) != suite.keyOctets:
            return None
        return cls(int(tag), MasterKey(suite, octets, identifier))

    @property
    def attribute(self) -> Attribute:
        """
        As it stands in a description.
        """
        text = base64.b64encode(self.key.octets).decode("ascii")
        if identifier := self.key.identifier:
            text += f"|{int.from_bytes(identifier, 'big')}:{len(identifier)}"
        return CRYPTO, f"{self.tag} {self.key.suite.value} inline:{text}"


_SUITES = {suite.value: suite for suite in CryptoSuite}


def _isLifetime(text: str | None) -> bool:
    if text is None:
        return True
    power = text.removeprefix("2^")
    if power != text:
        return len(power) < 3 and int(power) <= MAX_LIFETIME
    return 0 < int(text) <= 1 << MAX_LIFETIME


def _identifier(number: str | None, size: str | None) -> bytes:
    """
    @raise ValueError: it is too long, or has no place in so many octets.
    """
    if number is None or size is None:
        return b""
    if not 0 < int(size) <= LONGEST_IDENTIFIER:
        raise ValueError("its length")
    try:
        return int(number).to_bytes(int(size), "big")
    except OverflowError as error:
        raise ValueError("its length") from error


class KeySource:
    """
    Where our keys come from.

    @ivar suites: of which there are any.
    """

    def __init__(self, rng: random.Random, suites: Set[CryptoSuite]) -> None:
        self._rng = rng
        self.suites = suites

    def draw(self, suite: CryptoSuite) -> MasterKey:
        """
        A new one.
        """
        return MasterKey(suite, self._rng.randbytes(suite.keyOctets))


def cryptosOf(line: MediaDescription) -> list[Crypto]:
    """
    All lines that can be used, in their order.
    """
    found = map(Crypto.parse, attributesOf(line.attributes, CRYPTO))
    return [each for each in found if each is not None]


def offeredCryptos(source: KeySource) -> list[Crypto]:
    """
    What we offer.

    @param source: of our keys.
    """
    offered = [suite for suite in _OFFERED if suite in source.suites]
    return [Crypto(tag, source.draw(suite)) for tag, suite in enumerate(offered, 1)]


def acceptedCrypto(
    line: MediaDescription, source: KeySource, before: MediaDescription | None
) -> tuple[Crypto, StreamKeys] | None:
    """
    Which of an offer's lines we take.

    @param source: of our keys.
    @param before: our own line of the last round, whose key stays if it can.

    @return: what our answer says, and the keys; C{None} if there are none.
    """
    theirs = next((each for each in cryptosOf(line) if each.key.suite in source.suites), None)
    if theirs is None:
        return None
    had = [] if before is None else cryptosOf(before)
    suite = theirs.key.suite
    known = next((each.key for each in had if each.key.suite is suite), None)
    # Who tells keys apart may look for an identifier in what we send, too.
    ours = replace(known or source.draw(suite), identifier=theirs.key.identifier)
    return Crypto(theirs.tag, ours), StreamKeys(ours, theirs.key)


def answeredKeys(offered: MediaDescription, answered: MediaDescription) -> StreamKeys | None:
    """
    Which of our lines an answer takes.

    @return: C{None} if it takes none.
    """
    ours = {(each.tag, each.key.suite): each.key for each in cryptosOf(offered)}
    for each in cryptosOf(answered):
        if (each.tag, each.key.suite) in ours:
            return StreamKeys(ours[each.tag, each.key.suite], each.key)
    return None
