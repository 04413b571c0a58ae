"""
Requests that belong to no dialog and make none: MESSAGE (RFC 3428), and a NOTIFY that nobody has
subscribed to.  The seam between the endpoint and who takes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from h323d.call.legs import IOffer
from h323d.sip.agent import UserAgent
from h323d.sip.events.packages import EventPackage
from h323d.sip.messages.message import SIPRequest
from h323d.sip.transactions.running import ServerTransaction

__all__ = ["NOTHING_ELSE", "OutsideRequests", "Services"]


class OutsideRequests(Protocol):
    """
    Who takes those of one method.
    """

    def refusal(self, request: SIPRequest, who: IOffer) -> int | None:
        """
        Why one is not taken: a status.  The same request has the same answer when it comes again.

        @param who: has sent it, as if they called.

        @raise h323d.errors.DecodeError: a header field that is looked at is malformed.
        """

    def arrived(self, transaction: ServerTransaction, tag: str, agent: UserAgent) -> None:
        """
        Answer one that is not refused, now or later.

        @param tag: ours.

        @raise h323d.errors.DecodeError: it is malformed.
        """

    def close(self) -> None:
        """Answer nothing any more, and let no time pass."""


@dataclass(frozen=True, slots=True)
class Services:
    """
    What an endpoint does beside calls and registrations.

    @ivar packages: the kinds of events that can be subscribed to.
    @ivar outside: who takes what comes outside dialogs, by method.
    """

    packages: Sequence[EventPackage] = ()
    outside: Mapping[str, OutsideRequests] = field(default_factory=dict)


NOTHING_ELSE = Services()
