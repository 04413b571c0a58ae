"""
What the caller has said so far, to be said again on each way that is tried.
"""

from __future__ import annotations

from collections.abc import Iterator

from twisted.internet.defer import Deferred, succeed

from h323d.call.applications import Admission, Priority
from h323d.call.callers import CallerName
from h323d.gatekeeper.routed.channeldoor import ProposedStart, proposedIn
from h323d.gatekeeper.routed.messages import Edit, SetupChange
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.signalling.q931 import Q931Message
from h323d.h323.signalling.uuie import Content
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["CallerSaid", "Said"]

MAXIMUM_EARLY = 32  # messages that are kept beside the Setup

Said = tuple[Q931Message, Content, tuple[Edit, ...]]
"""
A message, and what is to be changed in it.
"""


class CallerSaid:
    """
    The Setup, and what has followed it.

    @ivar renamed: how the caller is to be shown; C{None} to leave that as it is.
    @ivar startBandwidth: bit/s that what is opened by fast start may need, where that is judged.
    @ivar priority: as the gates have it; C{None} while nobody has said.
    """

    def __init__(self, message: Q931Message, setup: IncomingSetup) -> None:
        """
        @param message: the Setup.
        """
        self._message = message
        self._content, self._calling = setup.content, setup.calling
        self.renamed = CallerName(setup.calling, setup.displayName) if setup.renamed else None
        self.priority: Priority | None = None
        self.startBandwidth = 0
        self._fastStart: tuple[bytes, ...] | None = None  # what of it may be; None for all
        self._early: list[tuple[Q931Message, Content]] = []

    def admitted(self, admission: Admission) -> CallerName | None:
        """
        The gates have let it in, and so.

        @return: how the caller is to be shown; C{None} to leave that as it is.
        """
        self.priority = admission.priority
        if admission.texts is None:
            return None
        calling = admission.texts.among(self._calling)
        self.renamed = CallerName(calling, admission.texts.displayName)
        return self.renamed

    def judgeStart(self, judge: ChannelJudge | None) -> Deferred[None]:
        """
        Ask for the most that may be chosen of what is proposed by fast start: whoever is called
        may send as soon as they know of it (H.323, 8.1.7.1).

        @param judge: says how much the channels may need; C{None} if nobody minds.

        @return: never fails.
        """
        start = proposedIn(self._content.start.fastStart)
        if judge is None or not self._content.start.fastStart:
            return succeed(None)
        refusal = judge.refusal(start.bandwidth)
        asked = refusal if isinstance(refusal, Deferred) else succeed(refusal)
        return asked.addCallback(self._startJudged, start)

    def _startJudged(self, refusal: str, start: ProposedStart) -> None:
        self._fastStart = () if refusal else start.elements
        self.startBandwidth = 0 if refusal else start.bandwidth

    def keep(self, message: Q931Message, content: Content) -> bool:
        """
        Something has followed.

        @return: whether it is kept: there may be too much.
        """
        if len(self._early) == MAXIMUM_EARLY:
            return False
        self._early.append((message, content))
        return True

    def forget(self) -> None:
        """
        Nobody will have to be told again.
        """
        self._early.clear()

    def again(
        self, here: TransportAddress, way: FoundWay, names: tuple[PartyAddress, ...]
    ) -> Iterator[Said]:
        """
        All of it, as it goes out on a way.

        @param here: our call signalling address, as that side is told.
        @param names: what the called party is called there; empty to leave that as it is.
        """
        parties = names, self.renamed
        change = SetupChange(
            here, way.destination, *parties, way.grant, self.priority, self._fastStart
        )
        yield change.applied(self._message), self._content, (change.edit,)
        for message, content in tuple(self._early):
            yield message, content, ()
