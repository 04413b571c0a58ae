"""
The questions that the switch asks before a call goes through, after the gates
(L{h323d.call.gates}) have admitted it.

A policy answers with a value, or with a Deferred that fires with one.  Adding
one to the house means adding one class with one method.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from h323d.call.applications import Refusal
from h323d.call.legs import ILeg, IOffer
from h323d.call.ways import Way
from h323d.values.address import PartyAddress, TransportAddress

__all__ = [
    "Found",
    "IDestination",
    "IFinder",
    "IInquiry",
    "IRoutePolicy",
    "Route",
]


@dataclass(frozen=True, slots=True)
class Route:
    """
    Where a call goes.

    @ivar destination: the name of an L{IDestination}.
    @ivar target: what that destination is to reach, in its own terms: a room.
    @ivar ways: the ways to the called party, in the order in which they are to be tried, for a
        destination that calls on.
    """

    destination: str
    target: str = ""
    ways: tuple[Way, ...] = ()


class IRoutePolicy(Interface):
    """
    One rule of the routing chain; the first that answers decides.
    """

    name = Attribute("as the configuration names it")

    def route(offer: IOffer) -> Route | Refusal | Deferred[Route | Refusal | None] | None:
        """
        Where does this call go, or where would it, if it is only asked about?  C{None}: ask
        the next policy.
        """


Found = tuple[Way, ...] | Refusal | None
"""
What a finder says: the ways, in the order in which they are to be tried; not at all; or
C{None} if nobody is known by these names.
"""


class IFinder(Interface):
    """
    Knows where parties are.
    """

    def find(
        calling: tuple[PartyAddress, ...],
        called: tuple[PartyAddress, ...],
        source: TransportAddress | None = None,
    ) -> Found | Deferred[Found]:
        """
        How can somebody be called?

        @param calling: who calls, best first; empty for the operator.
        @param called: the names of the party, best first.
        @param source: where the call comes from; C{None} for the operator.
        """


class IDestination(Interface):
    """
    Where a call can end: a conference host, a bridge.
    """

    name = Attribute("as L{Route.destination} names it")

    def accept(leg: ILeg, route: Route) -> None:
        """
        Take the leg over: observe it, then answer or reject it.
        """

    def refusal(route: Route) -> Refusal | None:
        """
        Why a call would be rejected now; C{None} if it would be answered.
        """


class IInquiry(Interface):
    """
    Tells what would become of a call, without one.
    """

    def inquire(offer: IOffer) -> Refusal | None:
        """
        Why a call would be refused; C{None} if it would be taken.  No gate is asked, and no
        fact is told.
        """
