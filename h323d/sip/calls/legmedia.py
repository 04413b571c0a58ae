"""
The media side of one SIP leg: its port, and what was offered and agreed.

L{h323d.sip.sdp.negotiation} decides; this keeps what must be kept between two rounds.  The port
is opened by the first offer or answer, and stays the same through the call.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Protocol

from h323d.call.homes import Home
from h323d.call.media import IMediaPool, IMediaPort, IMediaPortObserver
from h323d.sip.sdp import description as sdp
from h323d.sip.sdp.negotiation import Agreement, LocalMedia, answerOffer, applyAnswer, makeOffer
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream

__all__ = ["LegMedia", "LegMediaOwner"]


class LegMediaOwner(Protocol):
    """
    Whose media it is.
    """

    @property
    def home(self) -> Home:
        """Where media is received, when the port is opened."""


class LegMedia:
    """
    One leg's port and agreement.

    @ivar port: C{None} before the first offer or answer, and after the end.
    @ivar profile: within what to negotiate now; C{None} before anybody said so.
    """

    def __init__(
        self,
        pool: IMediaPool,
        observer: IMediaPortObserver,
        owner: LegMediaOwner,
        rng: random.Random,
        user: str = "-",
    ) -> None:
        """
        @param user: who we are in our descriptions.
        """
        self._pool = pool
        self._observer = observer
        self._owner = owner
        self._sessionId = rng.getrandbits(32)
        self._user = sdp.Origin.nameOf(user)
        self._agreement: Agreement | None = None
        self._offer: tuple[sdp.SessionDescription, MediaProfile] | None = None
        self._sent: sdp.SessionDescription | None = None
        self.port: IMediaPort | None = None
        self.profile: MediaProfile | None = None

    @property
    def stream(self) -> Stream:
        """
        What is agreed now.
        """
        return Stream() if self._agreement is None else self._agreement.audio

    @property
    def isAgreed(self) -> bool:
        """
        Whether any round of offer and answer has come to its end.
        """
        return self._agreement is not None

    @property
    def silence(self) -> float:
        """
        For how long nothing has come from the peer, though something should; seconds.
        """
        return 0.0 if self.port is None else self.port.statistics().silence

    def offer(self, profile: MediaProfile) -> bytes:
        """
        Make an offer.

        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        offer = self._edition(makeOffer(profile, self._local(), self._agreement or self._sent))
        self._offer = (offer, profile)
        return sdp.write(offer)

    def answer(self, body: bytes, profile: MediaProfile) -> bytes:
        """
        Answer an offer.

        @raise h323d.errors.DecodeError: it is not a session description.
        @raise h323d.sip.sdp.negotiation.NoCommonMedia: there is nothing in it for us; what was
            agreed before stays.
        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        offer = sdp.parse(body)
        agreement = answerOffer(offer, profile, self._local(), self._agreement)
        self._agreement = replace(agreement, local=self._edition(agreement.local))
        return sdp.write(self._agreement.local)

    def conclude(self, body: bytes) -> None:
        """
        Take the answer to our last offer; another one may replace it, because a forked
        INVITE has several.

        @raise h323d.errors.DecodeError: it is not a session description, or is missing.
        @raise h323d.sip.sdp.negotiation.NoCommonMedia: it does not answer our offer.
        """
        assert self._offer is not None, "nothing was offered"
        offer, profile = self._offer
        self._agreement = applyAnswer(offer, sdp.parse(body), profile)

    def close(self) -> None:
        """
        Give the port back.
        """
        port, self.port = self.port, None
        if port is not None:
            port.close()

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
        if self.port is None:
            self.port = self._pool.openPort(self._observer, self._owner.home)
        return LocalMedia(self.port.rtp, self._sessionId, self.port.rtcp, self._user)
