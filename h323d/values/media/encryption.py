"""
Encrypted media: by what algorithms, with what keys, and with whom (SRTP, RFC 3711).

Keys come with the signalling (SDES, RFC 4568), or are agreed on where the media go, by a handshake
of DTLS (RFC 5764).  They are not shown by anything that shows what they are part of.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from h323d.values.media.fingerprint import Fingerprint
from h323d.values.networks import Networks

__all__ = [
    "LONGEST_IDENTIFIER",
    "CryptoSuite",
    "EncryptionRule",
    "EncryptionTerms",
    "KeyAgreement",
    "KeyExchange",
    "MasterKey",
    "MediaEncryption",
    "SRTPPeer",
    "StreamKeys",
]


class CryptoSuite(enum.Enum):
    """
    The algorithms of a stream, by their names in SDP (RFCs 4568, 6188 and 7714), best first.
    """

    AES_256_GCM = "AEAD_AES_256_GCM"
    AES_256_CM_80 = "AES_256_CM_HMAC_SHA1_80"
    AES_256_CM_32 = "AES_256_CM_HMAC_SHA1_32"
    AES_CM_80 = "AES_CM_128_HMAC_SHA1_80"
    AES_CM_32 = "AES_CM_128_HMAC_SHA1_32"
    AES_128_GCM = "AEAD_AES_128_GCM"

    @property
    def keyOctets(self) -> int:
        """
        How long the master key and its salt are, one behind the other.
        """
        return sum(_OCTETS[self])

    @property
    def saltOctets(self) -> int:
        """
        How much of that is the salt.
        """
        return _OCTETS[self][1]


_OCTETS = {
    CryptoSuite.AES_256_GCM: (32, 12),
    CryptoSuite.AES_256_CM_80: (32, 14),
    CryptoSuite.AES_256_CM_32: (32, 14),
    CryptoSuite.AES_CM_80: (16, 14),
    CryptoSuite.AES_CM_32: (16, 14),
    CryptoSuite.AES_128_GCM: (16, 12),
}


LONGEST_IDENTIFIER = 8  # octets of an MKI; RFC 4568 has up to 128, for whom keys are many


@dataclass(frozen=True, slots=True)
class MasterKey:
    """
    What one side encrypts with.

    @ivar octets: the key, and its salt behind it.
    @ivar identifier: the octets in each packet that tell it from other keys (MKI); may be empty.
    """

    suite: CryptoSuite
    octets: bytes = field(repr=False)
    identifier: bytes = b""


@dataclass(frozen=True, slots=True)
class StreamKeys:
    """
    Those of a stream both ways.

    @ivar ours: of what we send.
    @ivar theirs: of what we receive.
    """

    ours: MasterKey
    theirs: MasterKey


@dataclass(frozen=True, slots=True)
class KeyAgreement:
    """
    With whom keys are agreed on where the media go (DTLS-SRTP, RFC 5763).  One that differs is
    another association, with keys of its own.

    @ivar begins: whether the handshake is begun by us: we are the client.
    @ivar fingerprints: one of which the peer's certificate has to have.
    @ivar identity: what the peer calls the association (C{tls-id}, RFC 8842); empty if nothing.
    @ivar multiplexed: whether RTCP goes where RTP does, and has its keys (RFC 5761).
    """

    begins: bool
    fingerprints: tuple[Fingerprint, ...]
    identity: str = ""
    multiplexed: bool = False


class KeyExchange(enum.Enum):
    """
    By what way keys are had.
    """

    SDES = "sdes"
    """In the signalling (RFC 4568)."""

    DTLS = "dtls"
    """By a handshake where the media go (RFC 5764)."""


class MediaEncryption(enum.Enum):
    """
    Whether media are encrypted.
    """

    OFF = "off"
    """Never."""

    TAKEN = "taken"
    """Where the peer offers it."""

    OPTIONAL = "optional"
    """That, and we offer it to whom we call, who may do without (RFC 8643)."""

    REQUIRED = "required"
    """Always: there are no media otherwise."""

    @property
    def isOffered(self) -> bool:
        return self in (MediaEncryption.OPTIONAL, MediaEncryption.REQUIRED)


@dataclass(frozen=True, slots=True)
class SRTPPeer:
    """
    Peers with whom media are encrypted otherwise than with others.
    """

    network: str
    """The network, as in C{"192.0.2.0/24"}, or the one address, of those whom this is about."""

    srtp: MediaEncryption = MediaEncryption.REQUIRED
    """As C{sip.srtp}, for them."""

    keys: KeyExchange = KeyExchange.SDES
    """As C{sip.srtpKeys}, for them."""

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_network(self.network)
        except ValueError as error:
            raise ValueError(f"network: {error}") from None


@dataclass(frozen=True, slots=True)
class EncryptionTerms:
    """
    How media are encrypted, with one peer.

    @ivar wanted: whether they may be, or have to.
    @ivar offers: by what way we offer keys; what is offered to us is taken by either.
    """

    wanted: MediaEncryption = MediaEncryption.TAKEN
    offers: KeyExchange = KeyExchange.SDES


_USUAL = EncryptionTerms()


class EncryptionRule:
    """
    With whom media are encrypted.
    """

    def __init__(self, usual: EncryptionTerms = _USUAL, peers: Sequence[SRTPPeer] = ()) -> None:
        """
        @param peers: those with whom it is otherwise; the first that fits counts.
        """
        self._usual = usual
        self._peers = [
            (Networks((each.network,)), EncryptionTerms(each.srtp, each.keys)) for each in peers
        ]

    def towards(self, host: str) -> EncryptionTerms:
        """
        @param host: where the peer's signalling comes from, literal.
        """
        found = (terms for network, terms in self._peers if host in network)
        return next(found, self._usual)
