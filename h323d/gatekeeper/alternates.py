"""
The gatekeepers that endpoints can turn to instead of us (H.323, 7.2.6; H.225.0,
C{AlternateGK}).
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.h323.ports import RAS_PORT
from h323d.h323.ras.messages import Fields
from h323d.h323.signalling.addresses import hostOf, transportToValue
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["AlternateConfig", "Elsewhere", "alternateGatekeepers"]

MAX_PRIORITY = 127


@dataclass(frozen=True, slots=True)
class AlternateConfig:
    """
    One other gatekeeper.
    """

    address: str
    """Its RAS address: a literal address, with a port if that is not 1719."""

    gatekeeperIdentifier: str = ""
    """Its name, if endpoints shall ask for it by name."""

    needToRegister: bool = True
    """Whether endpoints have to register there before anything else; false if it shares our
    table."""

    priority: int = 0
    """The order in which they are tried, 0 to 127, the lowest first."""

    def __post_init__(self) -> None:
        if self.ras is None:
            raise ValueError(f"address: {self.address!r} is not an address and port")
        if len(self.gatekeeperIdentifier) > 128:
            raise ValueError("gatekeeperIdentifier: must have at most 128 characters")
        if not 0 <= self.priority <= MAX_PRIORITY:
            raise ValueError(f"priority: must be 0 to {MAX_PRIORITY}")

    @property
    def ras(self) -> TransportAddress | None:
        return hostOf(PartyAddress(AddressKind.URL, self.address), RAS_PORT)


class Elsewhere:
    """
    The alternates as endpoints are told of them, which can change while we run.

    @ivar told: an C{AlternateGK} for each, the first to try first.
    """

    def __init__(self, configured: tuple[AlternateConfig, ...] = ()) -> None:
        self.told = alternateGatekeepers(configured)

    def reconfigure(self, configured: tuple[AlternateConfig, ...]) -> None:
        """
        Tell of others from now on.
        """
        self.told = alternateGatekeepers(configured)


def alternateGatekeepers(configured: tuple[AlternateConfig, ...]) -> tuple[Fields, ...]:
    """
    @return: an C{AlternateGK} for each, the first to try first.
    """
    return tuple(_told(each) for each in sorted(configured, key=lambda each: each.priority))


def _told(alternate: AlternateConfig) -> Fields:
    assert alternate.ras is not None  # as the configuration was checked
    told: Fields = {
        "rasAddress": transportToValue(alternate.ras),
        "needToRegister": alternate.needToRegister,
        "priority": alternate.priority,
    }
    if alternate.gatekeeperIdentifier:
        told["gatekeeperIdentifier"] = alternate.gatekeeperIdentifier
    return told
