"""
How an operator sees the gatekeepers of others that we deal with.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.operation.views import View

__all__ = ["ParentView"]


@dataclass(frozen=True, slots=True)
class ParentView(View):
    """
    A gatekeeper that we are registered with, or want to be.

    @ivar parent: what it is called in the configuration.
    @ivar since: for how long it has been so, in seconds.
    @ivar gatekeeper: where it is; of who has taken us, that may be an alternate.
    @ivar gatekeeperIdentifier: as it calls itself; C{None} if that is not known.
    @ivar endpointId: as it calls us; C{None} while we are not registered.
    @ivar aliases: our names there.
    @ivar prefixes: of the numbers that we serve there.
    @ivar calls: how many sides of calls it has admitted.
    @ivar lastRefusal: why it has not registered us; C{None} if it always has.
    """

    parent: str
    state: str
    since: float
    gatekeeper: str
    gatekeeperIdentifier: str | None
    endpointId: str | None
    aliases: tuple[str, ...]
    prefixes: tuple[str, ...]
    calls: int
    lastRefusal: str | None
