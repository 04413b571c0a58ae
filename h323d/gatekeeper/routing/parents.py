"""
Parents: the gatekeepers that we are registered with, and that know where the rest of the world is.

A call that goes to one comes to us first: as its endpoint, we ask for it (ARQ) when it is made, and
it says where the call goes on to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from zope.interface import implementer

from h323d.call.applications import Refusal
from h323d.call.gates import SENT_BACK
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.gatekeeper.routing.chain import Called, FoundWay, ICalledPolicy
from h323d.values.address import TransportAddress

__all__ = ["KnownParent", "ParentGatekeepers"]


class KnownParent(Protocol):
    """
    As much of one as is looked at.
    """

    @property
    def config(self) -> ParentConfig:
        """How it is configured."""

    @property
    def isRegistered(self) -> bool:
        """Whether it knows us."""


class SendersOfCalls(Protocol):
    """
    Who knows which calls came from a parent.
    """

    def senderOf(self, call: bytes) -> str:
        """The name of the one; empty if none did."""


@implementer(ICalledPolicy)
class ParentGatekeepers:
    """
    Those of the longest prefix that a name has, where we are registered; but never the one that the
    call comes from.
    """

    name = "parents"

    def __init__(
        self, parents: Iterable[KnownParent], sent: SendersOfCalls, signalling: TransportAddress
    ) -> None:
        """
        @param parents: all of them, as often as this is asked.
        @param signalling: our own call-signalling address.
        """
        self._parents = parents
        self._sent = sent
        self._here = signalling

    def find(self, called: Called) -> tuple[FoundWay, ...] | Refusal | None:
        # Others' questions are none of our own calls; their calls are not ours to pay for.
        if called.locating or not called.hops:
            return None
        serving = self._serving(called)
        sender = self._sent.senderOf(called.call)
        found = [each for each in serving if each != sender]
        if serving and not found:
            return SENT_BACK
        return tuple(FoundWay("h323", self._here, parent=each) for each in found) or None

    def _serving(self, called: Called) -> Sequence[str]:
        """
        The names of those of the longest prefix.
        """
        longest, serving = -1, list[str]()
        for parent in self._parents:
            length = _matched(parent.config.prefixes, called) if parent.isRegistered else -1
            if length > longest:
                longest, serving = length, []
            if length == longest >= 0:
                serving.append(parent.config.name)
        return serving


def _matched(prefixes: Iterable[str], called: Called) -> int:
    """
    How long the longest prefix is that one of the names has; -1 if none has any.
    """
    lengths = (
        len(each) for each in prefixes for name in called.names if name.number.startswith(each)
    )
    return max(lengths, default=-1)
