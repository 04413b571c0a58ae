"""
The configuration of routed calls: which go through us, how far, and what happens when a
way fails.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["CallModel", "RoutedConfig", "RoutedRule"]


class CallModel(enum.Enum):
    """
    How much of a call goes through the gatekeeper; each includes those before it.
    """

    DIRECT = "direct"
    ROUTED = "routed"
    ROUTED_H245 = "routedH245"
    PROXIED = "proxied"


@dataclass(frozen=True, slots=True)
class RoutedRule:
    """
    The call model of some endpoints.
    """

    model: CallModel = CallModel.ROUTED
    """The model of these endpoints' calls, made and received: direct, routed, routedH245 or
    proxied."""

    aliases: tuple[str, ...] = ()
    """Names of endpoints."""

    prefixes: tuple[str, ...] = ()
    """What the numbers of endpoints begin with."""

    networks: tuple[str, ...] = ()
    """Where endpoints are: networks such as 10.0.0.0/8, or single addresses."""

    def __post_init__(self) -> None:
        if not (self.aliases or self.prefixes or self.networks):
            raise ValueError("aliases: a rule needs aliases, prefixes or networks")
        if "" in self.aliases:
            raise ValueError("aliases: must not be empty")
        if "" in self.prefixes:
            raise ValueError("prefixes: must not be empty")
        for network in self.networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise ValueError(f"networks: {error}") from None


@dataclass(frozen=True, slots=True)
class RoutedConfig:
    """
    Calls between endpoints whose signalling goes through the gatekeeper.
    """

    model: Live[CallModel] = CallModel.DIRECT
    """The model of parties for which there is no rule: direct (endpoints signal to each other),
    routed (call signalling goes through us), routedH245 (H.245 does, too) or proxied (and media).
    A call has the stricter model of its two parties."""

    rules: Live[tuple[RoutedRule, ...]] = ()
    """Other models for some parties.  A name counts before a prefix, the longest prefix before a
    network, and the smallest network last."""

    acceptUnregistered: Live[bool] = False
    """Whether somebody who is not registered may call others than our rooms through us."""

    failoverCauses: Live[tuple[int, ...]] = (3, 18, 20, 27, 34, 38, 41, 42, 44, 47)
    """The causes (Q.850) of a refusal after which the next way to the called party is tried."""

    setupTimeout: Live[float] = 8.0
    """Seconds that a way has for its first answer before the next one is tried."""

    maxCalls: Live[int] = 10_000
    """Routed calls at one time; more are refused with cause 47."""

    def __post_init__(self) -> None:
        if not all(1 <= cause <= 127 for cause in self.failoverCauses):
            raise ValueError("failoverCauses: must be 1 to 127")
        if self.setupTimeout <= 0:
            raise ValueError("setupTimeout: must be more than 0")
        if self.maxCalls < 1:
            raise ValueError("maxCalls: must be at least 1")
