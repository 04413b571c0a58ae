"""
How the endpoints of a zone are reached, put together.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.gatekeeper.dialbacks import DialBacks
from h323d.gatekeeper.ras.secureoffers import SecureOffers
from h323d.gatekeeper.traversal import Reach
from h323d.h323.gatekept import ReachedAt

__all__ = ["Reaching"]


@dataclass(frozen=True, slots=True)
class Reaching:
    """
    All that is known of it.

    @ivar reach: who is behind a NAT.
    @ivar dialBacks: has such an endpoint connect to us.
    @ivar secureOffers: who takes calls over TLS.
    @ivar reachedAt: at which of our addresses endpoints reach us.
    """

    reach: Reach
    dialBacks: DialBacks
    secureOffers: SecureOffers
    reachedAt: ReachedAt
