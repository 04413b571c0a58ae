"""
The configuration of the gatekeeper.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from h323d.gatekeeper.alternates import AlternateConfig
from h323d.gatekeeper.parents.config import ParentConfig
from h323d.h323.ports import RAS_PORT
from h323d.values.live import Live

__all__ = ["AliasConflict", "GatekeeperConfig", "PreGranted"]

MIN_TIME_TO_LIVE = (
    10  # seconds; endpoints renew 5 s before the end, and never oftener than every 5 s
)
MAX_TIME_TO_LIVE = 7 * 24 * 3600  # seconds
MAX_ALTERNATES = 8  # as many as an answer to a GRQ can name and still be short


class AliasConflict(enum.Enum):
    """
    What becomes of a registration that wants a name of another endpoint.
    """

    REJECT = "reject"
    REPLACE = "replace"
    ADDITIVE = "additive"


class PreGranted(enum.Enum):
    """
    Which calls endpoints need not ask for, each by itself (C{preGrantedARQ}).
    """

    NONE = "none"
    MAKE = "makeCall"
    ANSWER = "answerCall"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class GatekeeperConfig:
    """
    Who may register, for how long, and how much bandwidth there is.
    """

    enabled: bool = True
    """Whether endpoints can register here at all."""

    gatekeeperIdentifier: str = "h323d"
    """The name by which endpoints ask for this gatekeeper, 1 to 128 characters."""

    rasPort: int = RAS_PORT
    """The UDP port for RAS; every answer leaves from it."""

    multicast: bool = True
    """Whether endpoints may find the gatekeeper by multicast (224.0.1.41, port 1718)."""

    timeToLive: Live[int] = 300
    """Seconds that a registration lasts unless renewed; an endpoint may ask for less."""

    store: str = "registrations.sqlite"
    """The file (SQLite) that keeps registrations across a restart; a relative path is under the
    state directory (control.stateDirectory), and empty keeps them in memory only."""

    maxRegistrations: Live[int] = 100_000
    """How many endpoints may be registered at once; the next is refused, and nobody loses a
    place."""

    maxAliases: Live[int] = 64
    """How many names one endpoint may have, and how many prefixes a gateway."""

    aliasConflict: Live[AliasConflict] = AliasConflict.REJECT
    """What to do when an endpoint wants a name of another: reject it, let it replace the other, or
    let both have the name (additive); then calls try them in the order in which they came."""

    alternates: Live[tuple[AlternateConfig, ...]] = ()
    """Other gatekeepers, which endpoints are told of and turn to when we are not there, full, or in
    maintenance; at most 8."""

    parents: Live[tuple[ParentConfig, ...]] = ()
    """Other gatekeepers that we are registered with, as an endpoint of theirs: they send us calls
    for our names and prefixes there, and are asked about each (ARQ)."""

    maxCalls: Live[int] = 100_000
    """How many admissions may be in force at once; a call between two endpoints has two."""

    maxCallsPerEndpoint: Live[int] = 1000
    """How many admissions one endpoint may hold at once."""

    preGrantedCalls: Live[PreGranted] = PreGranted.NONE
    """What endpoints may do without asking (ARQ): nothing (none), call addresses that they know
    (makeCall), answer (answerCall), or both.  Such calls are direct, and known only by what
    endpoints tell of them."""

    irrFrequency: Live[int] = 0
    """Every how many seconds endpoints are told to report on a call (IRR), at most 65535; 0 tells
    them nothing."""

    totalBandwidth: Live[int] = 0
    """What all calls together may use, in units of 100 bit/s; 0 sets no limit."""

    bandwidthPerCall: Live[int] = 0
    """What one call may use, in units of 100 bit/s; 0 sets no limit."""

    bandwidthPerEndpoint: Live[int] = 0
    """What the calls of one endpoint may use together, in units of 100 bit/s; 0 sets no limit."""

    minimumBandwidthPerCall: Live[int] = 0
    """What one call counts with at least, however little it asks for, in units of 100 bit/s."""

    callPollInterval: Live[int] = 300
    """Seconds within which each endpoint is asked once about each of its calls (IRQ), unless it
    tells by itself; 0 asks never."""

    dropLostCalls: Live[bool] = True
    """Whether a call is ended when one endpoint does not know it any more, or answers no questions
    about it though it did before: what of it goes through this server is released, and the other
    endpoint is told to hang up (DRQ)."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.gatekeeperIdentifier) <= 128:
            raise ValueError("gatekeeperIdentifier: must have 1 to 128 characters")
        if any(ord(character) > 0xFFFF for character in self.gatekeeperIdentifier):
            raise ValueError("gatekeeperIdentifier: has a character that H.323 cannot carry")
        if len(self.alternates) > MAX_ALTERNATES:
            raise ValueError(f"alternates: at most {MAX_ALTERNATES}")
        names = [each.name for each in self.parents]
        if len(set(names)) < len(names):
            raise ValueError("parents: two have the same name")
        if not 0 <= self.irrFrequency <= 65535:
            raise ValueError("irrFrequency: must be 0 to 65535")
        if "\0" in self.store:
            raise ValueError("store: is not a path")
        if not 1 <= self.rasPort <= 65535:
            raise ValueError("rasPort: must be 1 to 65535")
        if not MIN_TIME_TO_LIVE <= self.timeToLive <= MAX_TIME_TO_LIVE:
            raise ValueError(f"timeToLive: must be {MIN_TIME_TO_LIVE} to {MAX_TIME_TO_LIVE}")
        for name in ("maxRegistrations", "maxAliases", "maxCalls", "maxCallsPerEndpoint"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        limits = ("totalBandwidth", "bandwidthPerCall", "bandwidthPerEndpoint")
        for name in (*limits, "minimumBandwidthPerCall"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: must not be negative")
        if self.callPollInterval < 0:
            raise ValueError("callPollInterval: must not be negative")
        for name in limits:
            if 0 < getattr(self, name) < self.minimumBandwidthPerCall:
                raise ValueError(f"minimumBandwidthPerCall: must not be more than {name}")
