"""
The session descriptions of one SIP leg: what was offered, and what is agreed.

L{h323d.sip.sdp.negotiation} decides; this keeps what must be kept between two rounds.  The
ports are L{h323d.call.legmedia}'s: that of a medium is opened by the first offer or answer with
it, and stays the same through the call.
"""

from __future__ import annotations

import random
from dataclasses import replace

from h323d.call.legmedia import LegMedia
from h323d.sip.sdp import description as sdp
from h323d.sip.sdp.crypto import KeySource
from h323d.sip.sdp.encrypting import Encrypting
from h323d.sip.sdp.fingerprints import isAgreed
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer, applyAnswer, makeOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.sip.sdp.streams import Obstacle
from h323d.values.media.encryption import EncryptionRule, EncryptionTerms, MediaEncryption
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream

__all__ = ["Descriptions"]

_USUAL = EncryptionRule()


class Descriptions:
    """
    One leg's offers, answers, and agreement.

    @ivar profile: within what to negotiate now; C{None} before anybody said so.
    """

    def __init__(
        self,
        media: LegMedia,
        rng: random.Random,
        user: str = "-",
        encryption: EncryptionRule = _USUAL,
    ) -> None:
        """
        @param media: has the ports.
        @param rng: draws keys, too.
        @param user: who we are in our descriptions.
        @param encryption: with whom media are encrypted.
        """
        self._encryption = encryption
        self._keys = KeySource(rng, media.suites)
        self._media = media
        self._sessionId = rng.getrandbits(32)
        self._user = sdp.Origin.nameOf(user)
        self._agreement: Agreement | None = None
        self._offer: tuple[sdp.SessionDescription, MediaProfile] | None = None
        self._sent: sdp.SessionDescription | None = None
        self.profile: MediaProfile | None = None

    def stream(self, medium: Medium) -> Stream:
        """
        What is agreed of a medium now.
        """
        return Stream(medium=medium) if self._agreement is None else self._agreement.of(medium)

    def tell(self, profile: MediaProfile) -> None:
        """
        Tell each medium what is agreed of it.

        @param profile: what was wanted: a medium that we do not get to send is refused.
        """
        for medium in Medium:
            stream = self.stream(medium)
            refused = profile.of(medium).direction.sends and stream.transmit is None
            self._media.of(medium).agree(stream, refused)

    @property
    def isAgreed(self) -> bool:
        """
        Whether any round of offer and answer has come to its end.
        """
        return self._agreement is not None

    def offer(self, profile: MediaProfile) -> bytes:
        """
        Make an offer.

        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        profile = self._media.open(profile)
        offer = self._edition(makeOffer(profile, self._local(), self._agreement or self._sent))
        self._offer = (offer, profile)
        if self._agreement is None and any(map(isAgreed, offer.media)):
            self._media.expectHandshakes()
        return sdp.write(offer)

    def repeat(self) -> bytes:
        """
        Offer what we have said already, and was agreed on: nothing is to change, nor the version
        (RFC 4028, 7.4).
        """
        assert self._agreement is not None, "nothing was agreed on"
        assert self.profile is not None, "nor negotiated"
        offer = self._edition(self._agreement.local)
        self._offer = (offer, self._media.open(self.profile))
        return sdp.write(offer)

    def answer(self, body: bytes, profile: MediaProfile) -> bytes:
        """
        Answer an offer.

        @raise h323d.errors.DecodeError: it is not a session description.
        @raise h323d.sip.sdp.refusal.NoCommonMedia: there is nothing in it for us; what was
            agreed before stays.
        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        offer = sdp.parse(body)
        offered = {line.medium for line in offer.media if line.port}
        self._media.open(profile.only(offered))
        agreement = answerOffer(offer, profile, self._local(), self._agreement)
        self._agreement = replace(agreement, local=self._edition(agreement.local))
        return sdp.write(self._agreement.local)

    def conclude(self, body: bytes) -> None:
        """
        Take the answer to our last offer; another one may replace it, because a forked
        INVITE has several.

        @raise h323d.errors.DecodeError: it is not a session description, or is missing.
        @raise h323d.sip.sdp.refusal.NoCommonMedia: it does not answer our offer.
        """
        assert self._offer is not None, "nothing was offered"
        offer, profile = self._offer
        agreement = applyAnswer(offer, sdp.parse(body), profile)
        if self._terms.wanted is MediaEncryption.REQUIRED and not agreement.isEncrypted:
            raise NoCommonMedia(Obstacle.ENCRYPTION, "the answer is not encrypted")
        self._agreement = agreement

    def _edition(self, description: sdp.SessionDescription) -> sdp.SessionDescription:
        """
        Number a description after the last that was sent, also if that was refused: two that
        differ must never have one version (RFC 3264, 8).
        """
        last = self._sent
        if last is not None:
            description = replace(description, origin=last.origin)
            if description != last:
                description = replace(description, origin=last.origin.next())
        self._sent = description
        return description

    def _local(self) -> LocalMedia:
        ports = {
            medium: LocalPort(port.rtp, port.rtcp) for medium, port in self._media.ports.items()
        }
        hosts = (port.rtp.host for port in ports.values())
        host = next(hosts, self._media.home.told)
        return LocalMedia(host, self._sessionId, ports, self._user, self._encrypting())

    def _encrypting(self) -> Encrypting | None:
        terms = self._terms
        if terms.wanted is MediaEncryption.OFF:
            return None
        peer = self._media.signalling.host
        return Encrypting(terms, self._keys, self._media.fingerprint, peer)

    @property
    def _terms(self) -> EncryptionTerms:
        return self._encryption.towards(self._media.signalling.host)
