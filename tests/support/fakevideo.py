"""
A second kind of medium for H.245: pictures in H.261, of which nobody here sends or shows any.

It stands beside sound where a test asks whether the seams carry more than one medium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

__all__ = ["FAKE_VIDEO", "H261", "FakeVideoAbility"]

H261 = MediaFormat("H261", 90000, kind=Medium.VIDEO)
MAXIMUM = 3840  # units of 100 bit/s: more than that is too much
_CODING = "h261VideoCapability"


@dataclass(frozen=True, slots=True)
class FakeVideoAbility:
    """
    @ivar bitRate: in units of 100 bit/s, as H.245 counts.
    """

    bitRate: int
    symmetric: bool = False
    coding: str = _CODING
    payloadType: int = 31  # RFC 3551, table 5
    format: MediaFormat = H261

    def capability(self) -> tuple[str, Any]:
        return (
            self.coding,
            {
                "qcifMPI": 1,
                "temporalSpatialTradeOffCapability": False,
                "maxBitRate": self.bitRate,
                "stillImageTransmission": False,
            },
        )

    def mode(self) -> tuple[str, Any]:
        return (
            "h261VideoMode",
            {
                "resolution": ("qcif", None),
                "bitRate": self.bitRate,
                "stillImageTransmission": False,
            },
        )

    def within(self, profile: MediumProfile) -> FakeVideoAbility:
        return self

    def fits(self, profile: MediumProfile) -> bool:
        return self.bitRate <= MAXIMUM

    def transmit(
        self, payloadType: int, rtp: TransportAddress, rtcp: TransportAddress | None
    ) -> TransmitFormat:
        return TransmitFormat(self.format, payloadType, 0, rtp, rtcp)


@dataclass(frozen=True, slots=True)
class FakeVideo:
    """
    The L{Kind<h323d.h323.h245.capabilities.kinds.Kind>}.
    """

    medium: Medium = Medium.VIDEO
    session: int = 2
    capability: str = "VideoCapability"
    dataType: str = "videoData"
    modeType: str = "videoMode"

    def read(self, value: tuple[str, Any], symmetric: bool = False) -> FakeVideoAbility | None:
        name, fields = value
        return FakeVideoAbility(fields["maxBitRate"], symmetric) if name == _CODING else None

    def codingOf(self, mode: tuple[str, Any]) -> str | None:
        return _CODING if mode[0] == "h261VideoMode" else None

    def sendable(self, profile: MediumProfile) -> Sequence[FakeVideoAbility]:
        return [FakeVideoAbility(MAXIMUM)] if H261 in profile.formats else []

    def receivable(self, profile: MediumProfile) -> Sequence[FakeVideoAbility]:
        return self.sendable(profile)

    def sentAs(self, transmit: TransmitFormat) -> FakeVideoAbility | None:
        return FakeVideoAbility(MAXIMUM) if transmit.format == H261 else None


FAKE_VIDEO = FakeVideo()
