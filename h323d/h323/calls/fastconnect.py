"""
Fast connect in one call: whether it was offered, and what became of it (H.323, 8.1.7).

The lists themselves are read and built by L{h323d.h323.calls.faststart}; here is when.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.h323.calls.faststart import (
    FastConnection,
    FastStartOffer,
    answerFastStart,
    offerFastStart,
    proposedFormats,
    readAnswer,
)
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.capabilities.table import KINDS
from h323d.h323.h245.parameters import MediaAddresses
from h323d.h323.signalling.uuie import Start
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["FastConnect", "FastConnectOutcome"]


class FastConnectOutcome(enum.Enum):
    """
    How far fast connect has come.
    """

    NOT_OFFERED = "not offered"
    OPEN = "offered, not decided"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class FastConnect:
    """
    One call's fast connect, of either side.

    @ivar outcome: how far it has come.
    @ivar connection: the channels that it opened; none unless accepted.
    """

    def __init__(
        self,
        media: LegMedia,
        enabled: bool,
        kinds: Sequence[Kind] = KINDS,
        judge: ChannelJudge | None = None,
    ) -> None:
        """
        @param media: whose ports are to be proposed.
        @param enabled: whether we offer, and accept.
        @param kinds: the kinds of media that may be proposed.
        @param judge: says how much the channels may need; C{None} if nobody minds.
        """
        self._judge = judge
        self._media = media
        self._enabled = enabled
        self._kinds = kinds
        self._offer: FastStartOffer | None = None
        self._proposal: tuple[bytes, ...] = ()
        self.outcome = FastConnectOutcome.NOT_OFFERED
        self.connection = FastConnection()

    @property
    def spoken(self) -> tuple[MediaFormat, ...]:
        """
        What sound the peer speaks, so far as it has said: what it proposes, or what it has chosen.
        """
        if self._proposal:
            return proposedFormats(self._proposal)
        chosen = self.connection.of(Medium.AUDIO).spoken
        return () if chosen is None else (chosen,)

    # The caller's side.

    def offer(self, profile: MediaProfile) -> tuple[bytes, ...]:
        """
        Propose channels, and expect media on them.

        @return: the C{fastStart} of our Setup; empty if there is nothing to propose.
        """
        if not self._enabled:
            return ()
        offer = offerFastStart(profile, self._places, self._kinds)
        if offer.elements:
            self._offer = offer
            self.outcome = FastConnectOutcome.OPEN
            for medium, receive in offer.receive.items():
                self._media.of(medium).expect(receive)
        return offer.elements

    def heard(self, start: Start) -> bool:
        """
        Take note of the called side's answer.

        @return: whether this accepted it.
        """
        if self._offer is None or self.outcome is not FastConnectOutcome.OPEN:
            return False
        if start.fastStart:
            connection = readAnswer(self._offer, start.fastStart, self._kinds)
            if connection.accepted:
                self.outcome, self.connection = FastConnectOutcome.ACCEPTED, connection
                self._expectNone(connection)
                return True
            self.refused()
        elif start.fastConnectRefused:
            self.refused()
        return False

    def refused(self) -> None:
        """
        No answer will come: our offer is void.
        """
        if self.outcome is FastConnectOutcome.OPEN:
            self.outcome = FastConnectOutcome.REFUSED
            self._expectNone(self.connection)

    def _expectNone(self, connection: FastConnection) -> None:
        """
        Nothing will come of what was proposed and not accepted.
        """
        taken = {each.medium for each in connection.channels}
        for medium in self._offer.receive if self._offer is not None else ():
            if medium not in taken:
                self._media.of(medium).expect(None)

    # The called side.

    def proposed(self, elements: tuple[bytes, ...]) -> None:
        """
        The caller proposes channels.
        """
        if elements:
            self._proposal = elements
            self.outcome = FastConnectOutcome.OPEN

    def choose(self, profile: MediaProfile) -> DecodeError | None:
        """
        Accept or refuse what was proposed.

        @return: what was wrong with a proposal that could not be read, the first time.
        """
        if not self._proposal or self.outcome is not FastConnectOutcome.OPEN:
            return None
        if self._enabled:
            chosen = answerFastStart(self._proposal, profile, self._places, self._kinds)
            self.connection = (
                chosen if self._permits(chosen) else FastConnection(fault=chosen.fault)
            )
        accepted = self.connection.accepted
        self.outcome = FastConnectOutcome.ACCEPTED if accepted else FastConnectOutcome.REFUSED
        return self.connection.fault

    def _permits(self, chosen: FastConnection) -> bool:
        """
        Whether there is bandwidth for it.  An answer to a Setup cannot wait until that is said;
        channels that are opened by H.245 can.
        """
        if self._judge is None or not chosen.accepted:
            return True
        return self._judge.refusal(chosen.bitRate) == ""

    def answering(self) -> Start:
        """
        What stands in our answers to Setup, as far as it is decided.
        """
        refused = self.outcome is FastConnectOutcome.REFUSED and bool(self._proposal)
        return Start(fastStart=self.connection.elements, fastConnectRefused=refused)

    @property
    def _places(self) -> dict[Medium, MediaAddresses]:
        """
        Where we receive the media that we have ports for.
        """
        ports = self._media.ports.items()
        return {medium: MediaAddresses(port.rtp, port.rtcp) for medium, port in ports}
