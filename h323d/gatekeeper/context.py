"""
What all of a zone have in common.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.call.gates import Gates
from h323d.call.site import Site
from h323d.call.surroundings import Surroundings
from h323d.gatekeeper.identity import Identity, ILocalNumbers
from h323d.gatekeeper.tables import Tables
from h323d.gatekeeper.trunks.table import Trunks

__all__ = ["ZoneContext"]


@dataclass(frozen=True, slots=True)
class ZoneContext:
    """
    The same for RAS, for routing, and for the calls that are routed through us.

    @ivar site: where we are, and what endpoints may have of us.
    @ivar identity: what we tell of ourselves.
    @ivar tables: who is registered, and which calls are admitted.
    @ivar numbers: which names end in this server.
    @ivar gates: what calls pass.
    @ivar trunks: whom calls may leave by.
    """

    world: Surroundings
    site: Site
    identity: Identity
    tables: Tables
    numbers: ILocalNumbers
    gates: Gates
    trunks: Trunks
