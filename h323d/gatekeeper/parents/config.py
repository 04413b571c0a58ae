"""
The configuration of the gatekeepers that we are registered with.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from h323d.h323.ports import RAS_PORT
from h323d.h323.signalling.addresses import hostOf
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["ParentConfig", "ParentKind"]

MIN_TIME_TO_LIVE = 10  # seconds; renewed 5 s before the end, and never oftener than every 5 s
MAX_TIME_TO_LIVE = 7 * 24 * 3600  # seconds
MAX_CAPACITY = 2**32 - 1  # what CallsAvailable can say
_DIGITS = frozenset("0123456789#*")


class ParentKind(enum.Enum):
    """
    What we say we are, by the names of an H.225.0 C{EndpointType}.
    """

    GATEWAY = "gateway"
    MCU = "mcu"


@dataclass(frozen=True, slots=True)
class ParentConfig:
    """
    One gatekeeper that we are registered with.
    """

    name: str
    """What the log and operators call it."""

    address: str = ""
    """Its RAS address, as in 192.0.2.20:1719; the port may be left out."""

    gatekeeperIdentifier: str = ""
    """What it must call itself; empty for anything."""

    discover: bool = True
    """Whether it is asked first if it takes us (GRQ)."""

    terminalType: ParentKind = ParentKind.GATEWAY
    """What we register as: a gateway, or an mcu."""

    aliases: tuple[str, ...] = ()
    """Our names and numbers there."""

    supportedPrefixes: tuple[str, ...] = ()
    """The beginnings of the numbers that it sends to us."""

    prefixes: tuple[str, ...] = ("",)
    """The beginnings of the numbers and names that it is asked for; "" is all, none is never."""

    capacity: int = 0
    """How many calls we can have with its zone, as it is told; 0 tells nothing."""

    acceptDirect: bool = True
    """Whether calls for these names and numbers come from its endpoints too, and not from itself
    alone: it is asked about each (ARQ), and lets them in."""

    timeToLive: int = 300
    """Seconds between renewals that we ask for."""

    rasPort: int = 0
    """The UDP port for RAS with it; 0 takes any that is free."""

    password: str = field(default="", repr=False)
    """What both know, and each proves (H.235.1): the password of the first of our aliases there;
    empty proves nothing, and believes it without."""

    passwordFile: str = ""
    """The file whose first line is the password; give either this or the password itself."""

    def __post_init__(self) -> None:
        if _rasOf(self.address) is None:
            raise ValueError(f"address: {self.address!r} is not an IP address with a port")
        if len(self.gatekeeperIdentifier) > 128:
            raise ValueError("gatekeeperIdentifier: must have at most 128 characters")
        if not (self.aliases or self.supportedPrefixes):
            raise ValueError("aliases: give a name, or prefixes")
        if not all(self.aliases):
            raise ValueError("aliases: one is empty")
        for prefix in self.supportedPrefixes:
            if not prefix or not _DIGITS.issuperset(prefix):
                raise ValueError(f"supportedPrefixes: {prefix!r} is not of 0 to 9, # and *")
        if not MIN_TIME_TO_LIVE <= self.timeToLive <= MAX_TIME_TO_LIVE:
            raise ValueError(f"timeToLive: must be {MIN_TIME_TO_LIVE} to {MAX_TIME_TO_LIVE}")
        if not 0 <= self.capacity <= MAX_CAPACITY:
            raise ValueError(f"capacity: must be 0 to {MAX_CAPACITY}")
        if not 0 <= self.rasPort <= 65535:
            raise ValueError("rasPort: must be 0 to 65535")
        if self.password and self.passwordFile:
            raise ValueError("password: give either password or passwordFile")
        if (self.password or self.passwordFile) and not self.aliases:
            raise ValueError("password: it is that of an alias, and there is none")

    @property
    def ras(self) -> TransportAddress:
        """
        C{address}, as a value.
        """
        address = _rasOf(self.address)
        assert address is not None  # checked when it was made
        return address


def _rasOf(text: str) -> TransportAddress | None:
    return hostOf(PartyAddress(AddressKind.URL, text), RAS_PORT)
