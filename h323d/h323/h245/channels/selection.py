"""
What to send of one medium: which of the peer's abilities, in view of all that either side said.

No protocol: the profile, the peer's capabilities, what it refused of them and the mode that it
asked for are kept here, and judged together.
"""

from __future__ import annotations

import enum
from dataclasses import replace

from h323d.h323.h245.capabilities.kinds import Ability, chooseAbility, suits
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.owner import H245Failure
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["Selection"]

NO_BANDWIDTH = "insufficientBandwidth"  # the cause of an OpenLogicalChannelReject


class _Order(enum.Enum):
    """
    Whose choice counts where both ends could choose.
    """

    OURS = "that of our profile"
    MASTERS = "what the master sends already"


class Selection:
    """
    One medium's.

    @ivar sent: what we sent last; C{None} before anything was.
    """

    def __init__(self, profile: MediumProfile) -> None:
        self.sent: MediaFormat | None = None
        self._profile = profile
        self._remote: RemoteCapabilities | None = None
        self._asked: str | None = None
        self._order = _Order.OURS
        self._refused: dict[str, str] = {}  # by what an ability is called, why
        self._dismissed: set[str] = set()

    # What is said.

    def changeProfile(self, profile: MediumProfile) -> None:
        """
        What we want to send.
        """
        self._profile = profile
        self._refused.clear()
        self._dismissed.clear()
        self._asked = None

    def peerCan(self, remote: RemoteCapabilities) -> None:
        """
        What the peer can receive; it refuses none of that yet.
        """
        self._remote = remote
        self._refused.clear()
        self._dismissed.clear()
        self._asked = None
        self._order = _Order.OURS

    def refused(self, ability: Ability, cause: str = "") -> None:
        """
        That cannot be sent, though the peer could take it.

        @param cause: of an C{OpenLogicalChannelReject}; empty if none has come.
        """
        self._refused[ability.coding] = cause

    def dismissed(self, ability: Ability) -> None:
        """
        The peer had that, and wants it no more.
        """
        self._refused[ability.coding] = ""
        self._dismissed.add(ability.coding)

    def ignored(self) -> None:
        """
        The peer answers nothing; whoever does not answer one will not answer the next.
        """
        self._refused.update(dict.fromkeys((each.coding for each in self._offered), ""))

    def conflicted(self, ability: Ability) -> None:
        """
        The master wants both directions alike, and its choice to count (C{masterSlaveConflict}).
        """
        if self._order is _Order.OURS:
            self._order = _Order.MASTERS
        else:
            self.refused(ability)

    def prefer(self, coding: str) -> None:
        """
        The peer asks for a mode that we L{canSend}.
        """
        self._asked = coding
        self._refused.pop(coding, None)

    # What follows.

    @property
    def _offered(self) -> tuple[Ability, ...]:
        return () if self._remote is None else self._remote.of(self._profile.medium)

    def best(self, receiving: MediaFormat | None) -> Ability | None:
        """
        What to send.

        @param receiving: what the other direction carries; matters where a peer can use a
            format both ways or not at all.

        @return: C{None} for nothing.
        """
        if not self._profile.direction.sends:
            return None
        left = [ability for ability in self._offered if ability.coding not in self._refused]
        if self._order is _Order.MASTERS and receiving is not None:
            same = [ability for ability in left if ability.format.sameOctets(receiving)]
            left = same or left
        left = [ability for ability in left if ability.coding == self._asked] or left
        return chooseAbility(self._profile, left, receiving)

    def canSend(self, coding: str) -> bool:
        """
        Whether a mode that the peer asks for is possible.

        @param coding: as in an L{Ability}.
        """
        asked = [ability for ability in self._offered if ability.coding == coding]
        sends = self._profile.direction.sends
        return sends and chooseAbility(self._profile, asked) is not None

    def lack(self) -> H245Failure | None:
        """
        Why L{best} is nothing.

        @return: C{None} where nothing is wanted: by us, or by a peer that holds us, or that has
            had us close what there was.
        """
        remote = self._remote
        if remote is None or remote.isEmpty or not self._profile.direction.sends:
            return None
        if self._dismissed:
            return None
        if self.sent is not None and not self._offered:
            return None  # none of the medium, in a call that had some, is another way to hold it
        if NO_BANDWIDTH in self._refused.values():
            return H245Failure.NO_BANDWIDTH
        return H245Failure.NO_CHANNEL if self._refused else H245Failure.NO_COMMON_FORMAT

    def suits(self, ability: Ability) -> bool:
        """
        Whether what is sent may still be.
        """
        if not self._profile.direction.sends:
            return False
        if not any(suits(wanted, ability.format) for wanted in self._profile.formats):
            return False
        if self._remote is None:  # fast start came before any capabilities
            return True
        return any(suits(ability.format, offered.format) for offered in self._offered)

    def isBest(self, ability: Ability, receiving: MediaFormat | None) -> bool:
        """
        Whether nothing else would be sent now, given that it may.
        """
        best = self.best(receiving)
        return best is None or best.format.sameOctets(ability.format)

    def completed(self, transmit: TransmitFormat) -> TransmitFormat:
        """
        What is sent, with the events that go with it (RFC 4733).
        """
        remote = self._remote
        if remote is None or not self._profile.telephoneEvents:
            return replace(transmit, telephoneEventType=None, hookFlash=False)
        events, flash = remote.telephoneEventType, remote.hookFlash
        return replace(transmit, telephoneEventType=events, hookFlash=flash)
