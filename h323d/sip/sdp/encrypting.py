"""
How the media of a session description are encrypted, whichever way their keys are had: in the
description (L{h323d.sip.sdp.crypto}), or by a handshake of which it tells
(L{h323d.sip.sdp.fingerprints}).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from h323d.sip.sdp import fingerprints
from h323d.sip.sdp.crypto import (
    KeySource,
    acceptedCrypto,
    answeredKeys,
    cryptosOf,
    offeredCryptos,
)
from h323d.sip.sdp.description import Attribute, MediaDescription, SessionDescription
from h323d.values.address import TransportAddress
from h323d.values.media.encryption import (
    EncryptionTerms,
    KeyAgreement,
    KeyExchange,
    MediaEncryption,
    StreamKeys,
)
from h323d.values.media.fingerprint import Fingerprint

__all__ = [
    "AGREED",
    "ENCRYPTED",
    "PLAIN",
    "SECURE",
    "Accepted",
    "Before",
    "Encrypting",
    "acceptedOf",
    "isSecure",
    "keysAnswered",
    "mustEncrypt",
    "offeredOf",
    "protocolFor",
    "wantedOf",
]

PLAIN = "RTP/AVP"
SECURE = "RTP/SAVP"
AGREED = "UDP/TLS/RTP/SAVP"
ENCRYPTED = frozenset({SECURE, AGREED, f"{SECURE}F", f"{AGREED}F"})

Keys = StreamKeys | KeyAgreement


@dataclass(frozen=True, slots=True)
class Encrypting:
    """
    How media are encrypted, with one peer.

    @ivar terms: whether they may be, or have to, and how we offer it.
    @ivar source: of our keys.
    @ivar shown: the fingerprint of the certificate that we show.
    @ivar peer: the host that the peer's signalling comes from.
    """

    terms: EncryptionTerms
    source: KeySource
    shown: Fingerprint
    peer: str


class Before(NamedTuple):
    """
    What was said before in this call.

    @ivar line: our own line of the last round.
    @ivar keys: how its stream is encrypted.
    """

    line: MediaDescription
    keys: Keys | None


class Accepted(NamedTuple):
    """
    What we take of an offer.

    @ivar attributes: that our answer has of it.
    """

    attributes: list[Attribute]
    keys: Keys


def isSecure(protocol: str) -> bool:
    """
    Whether the transport of an C{m=} line says that it is encrypted.
    """
    return protocol.upper() in ENCRYPTED


def _isAgreed(protocol: str) -> bool:
    return protocol.upper().startswith(AGREED)


def protocolFor(encrypting: Encrypting | None) -> str:
    """
    The transport that we offer: that of encrypted media only where there are no others, as who
    need not encrypt them may not know it (RFC 8643).
    """
    if encrypting is None or encrypting.terms.wanted is not MediaEncryption.REQUIRED:
        return PLAIN
    return SECURE if encrypting.terms.offers is KeyExchange.SDES else AGREED


def mustEncrypt(line: MediaDescription, encrypting: Encrypting | None) -> bool:
    """
    Whether a stream that is offered is encrypted or not at all, because one side says so.
    """
    return isSecure(line.protocol) or isSecure(protocolFor(encrypting))


def wantedOf(line: MediaDescription) -> str:
    """
    What an offer has to have that is not taken, to be shown.
    """
    return "a=fingerprint and a=setup" if _isAgreed(line.protocol) else "a=crypto"


def offeredOf(encrypting: Encrypting | None, before: MediaDescription | None) -> list[Attribute]:
    """
    What we offer.

    @param before: our own line of the last round: what it says stays, and one that was not
        encrypted stays so.
    """
    if encrypting is None:
        return []
    if before is not None:
        if fingerprints.isAgreed(before):
            return fingerprints.offered(encrypting.shown, before)
        had = cryptosOf(before)
        if had or not isSecure(before.protocol):
            return [each.attribute for each in had]
    if not encrypting.terms.wanted.isOffered:
        return []
    if encrypting.terms.offers is KeyExchange.DTLS:
        return fingerprints.offered(encrypting.shown, None)
    return [each.attribute for each in offeredCryptos(encrypting.source)]


def acceptedOf(
    offer: SessionDescription,
    line: MediaDescription,
    encrypting: Encrypting | None,
    before: Before | None,
    place: TransportAddress | None,
) -> Accepted | None:
    """
    What we take of an offer: the way that its transport means, or else keys in the description
    before a handshake, as they are there at once.

    @param before: what stays if it can.
    @param place: where we would send to, if anywhere.
    @return: C{None} if there is nothing.
    """
    if encrypting is None:
        return None
    if not _isAgreed(line.protocol):
        taken = acceptedCrypto(line, encrypting.source, None if before is None else before.line)
        if taken is not None:
            return Accepted([taken[0].attribute], taken[1])
    had = None if before is None else before.keys
    reachable = place is not None and place.host == encrypting.peer
    agreement = fingerprints.agreementOffered(offer, line, reachable, had)
    if agreement is None:
        return None
    return Accepted(fingerprints.answered(encrypting.shown, agreement), agreement)


def keysAnswered(
    offered: MediaDescription, answer: SessionDescription, answered: MediaDescription
) -> Keys | None:
    """
    Which of what we offered an answer takes.

    @return: C{None} if it takes nothing.
    """
    if fingerprints.isAgreed(offered):
        return fingerprints.agreementAnswered(offered, answer, answered)
    return answeredKeys(offered, answered)
