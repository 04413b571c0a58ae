"""
What a kind of events has to say: the seam between a subscription and an event package (RFC 6665,
5).
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.legs import IOffer
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.messages.uri import URI
from h323d.values.identifiers import LegID

__all__ = ["EventPackage", "Watch", "Watcher"]


class Watcher(Protocol):
    """
    Who is told that there is something new: a subscription.
    """

    def changed(self) -> None:
        """What L{Watch.news} says is another."""

    def dialogOf(self, legId: LegID) -> Replaces | None:
        """The dialog of a leg of ours, as an INVITE names it that is to have its place; C{None} if
        there is none that can be named."""


class Watch(Protocol):
    """
    What one subscriber knows of one resource.
    """

    def state(self) -> bytes:
        """All that there is to know; the version goes up."""

    def news(self) -> bytes:
        """What has changed since it was asked last; the version goes up."""

    def close(self) -> None:
        """Nobody asks any more."""


class EventPackage(Protocol):
    """
    One kind.

    @ivar name: as the header field C{Event} has it.
    @ivar contentType: of what it says.
    @ivar pause: seconds between two notifications at least.
    """

    name: str
    contentType: str
    pause: float

    def watch(self, resource: URI, subscriber: IOffer, watcher: Watcher) -> Watch | int:
        """
        Let somebody know what becomes of a resource.

        @param subscriber: who that is, as if they called it.

        @return: the status that refuses it, if they are not told of it.
        """
