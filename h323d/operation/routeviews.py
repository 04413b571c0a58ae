"""
How an operator sees where a call would go (L{h323d.operation.views}).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.operation.views import View

__all__ = ["AskedView", "DestinationView", "RouteView"]


@dataclass(frozen=True, slots=True)
class DestinationView(View):
    """
    Where a call would be tried.

    @ivar names: as who is called there; none if as the caller has it.
    @ivar parent: which gatekeeper is asked when the call is made, and says where it goes on to.
    @ivar trunk: by which; empty if it is none, as is C{why} then.
    """

    signalling: str
    endpointId: str | None
    names: tuple[str, ...]
    parent: str = ""
    trunk: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class AskedView(View):
    """
    What a routing policy said, in words.
    """

    policy: str
    said: str


@dataclass(frozen=True, slots=True)
class RouteView(View):
    """
    Where a call would go, and which policy says so, or why not.

    @ivar refused: why it would be; C{None} if it would not.
    """

    refused: str | None
    why: str
    destinations: tuple[DestinationView, ...]
    asked: tuple[AskedView, ...]
