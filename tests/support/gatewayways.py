"""
How a tone goes through the gateway, as it was captured: from a phone to an H.323 peer, and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.flows import PURE, Flow, Flows, Stretch, cleanest, decodedFlow

__all__ = ["CLEAN", "TONE", "Way", "encodingsOf", "waysOf"]

TONE = (
    1004  # Hz: one of 1000 repeats with every frame, and then what GSM has lost is never made good
)
CLEAN = 1.5  # seconds at a stretch that hold the tone, and nothing else
LOOKED_AT = 120  # packets, the last of a call
_FEWEST = 75  # packets that may hold such a stretch

View = dict[str, Any]  # Any: whatever JSON can say


@dataclass(frozen=True)
class Way:
    """
    From one side of a call to the other.

    @ivar said: by the one, of late.
    @ivar heard: by the other, of late.
    @ivar isWhole: whether no packet was missing of what it was sent meanwhile.
    @ivar flow: all that it is sent.
    """

    said: Stretch
    heard: Stretch
    isWhole: bool
    flow: Flow

    @property
    def isClear(self) -> bool:
        """
        Whether that was heard for long enough.
        """
        return self.isWhole and min(self.said.seconds, self.heard.seconds) >= CLEAN


def waysOf(flows: Flows, legs: dict[str, View]) -> list[Way]:
    """
    @param legs: by protocol.
    @return: from the phone, and back to it, as they were last.
    """
    phone, peer = (legs[protocol]["media"] for protocol in ("sip", "h323"))
    codec, encoding = encodingsOf(legs)
    return [
        _way(flows, phone, codec, peer, encoding),
        _way(flows, peer, encoding, phone, codec),
    ]


def _way(flows: Flows, one: View, says: str, other: View, hears: str) -> Way:
    purity = min(PURE[says], PURE[hears])
    said, heard = flows.into(one["rtp"]), flows.outOf(other["rtp"])
    return Way(
        _stretch(said, says, purity),
        _stretch(heard, hears, purity),
        heard.last(LOOKED_AT).isWhole,
        heard,
    )


def encodingsOf(legs: dict[str, View]) -> tuple[str, str]:
    """
    @return: that of the SIP phone, and that of the H.323 peer.
    """
    sip, h323 = (legs[each]["media"]["format"].split("/")[0] for each in ("sip", "h323"))
    return sip, h323


def _stretch(flow: Flow, encoding: str, purity: float) -> Stretch:
    if len(flow.packets) < _FEWEST:
        return Stretch([])
    sound, rate = decodedFlow(flow.last(LOOKED_AT), encoding)
    return cleanest(sound, TONE, rate, purity)
