"""
What all bridges share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from h323d.call.legs import IOriginator
from h323d.call.media import IMediaPool
from h323d.call.policy import IFinder
from h323d.events.bus import EventBus
from h323d.gateway.config import GatewayConfig
from h323d.gateway.selection import Selection
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["BridgeContext"]


@dataclass(frozen=True, slots=True)
class BridgeContext:
    """
    What they are made with.

    @ivar originators: by protocol.
    @ivar finder: knows where somebody is to whom we are sent; C{None} if nobody does.
    """

    config: GatewayConfig
    clock: IReactorTime
    events: EventBus
    pool: IMediaPool
    originators: Mapping[str, IOriginator]
    finder: IFinder | None = None

    @property
    def selection(self) -> Selection:
        """
        Which formats come first.
        """
        config = self.config
        return Selection(
            self.pool.formats, config.codecPreference, config.maxBitRate, config.packetMs
        )

    def profile(self, spoken: Collection[MediaFormat] | None = None) -> MediaProfile:
        """
        What a side may speak.

        @param spoken: what the other side speaks; C{None} if that is not known.
        """
        return MediaProfile.audio(self.selection.towards(spoken), self.config.packetMs)
