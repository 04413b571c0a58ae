"""
All sections in one: everything that can be configured.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from dataclasses import dataclass, field

from h323d.call.advertising import EVERYBODY, Advertisement
from h323d.call.homes import WILDCARDS
from h323d.conference.config import ConferenceConfig
from h323d.control.config import ControlConfig
from h323d.council.config import CouncilConfig
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.lines.config import LinesConfig
from h323d.gatekeeper.routed.config import RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.gateway.config import GatewayConfig
from h323d.guard.config import GuardConfig
from h323d.h323.config import H323Config
from h323d.ha.config import HAConfig
from h323d.media.config import MediaConfig
from h323d.operation.config import TraceConfig
from h323d.sip.config import SIPConfig
from h323d.sounds.config import SoundsConfig
from h323d.values.live import Live, inForce
from h323d.web.config import WebConfig
from h323d.witness.config import CDRConfig
from h323d.witness.log.config import WitnessConfig

__all__ = ["AdvertisedConfig", "Configuration", "PluginConfig", "ServerConfig", "differences"]


@dataclass(frozen=True, slots=True)
class AdvertisedConfig:
    """
    What the peers of one network are told.
    """

    address: str
    """The address that they are told, or a name for it, which is looked up in the DNS."""

    network: str = "0.0.0.0/0"
    """The network, as in 10.0.0.0/8; of several that a peer is in, the smallest counts."""

    def __post_init__(self) -> None:
        try:
            version = ipaddress.ip_network(self.network).version
        except ValueError:
            raise ValueError(f"network: {self.network!r} is no network") from None
        _checkHost("address", self.address)
        if _isLiteral(self.address) and ipaddress.ip_address(self.address).version != version:
            raise ValueError("address: is of another family than the network")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """
    Where the server listens.
    """

    bind: str | tuple[str, ...] = "0.0.0.0"
    """The address of every listener: SIP, RAS, call signalling, H.245 and RTP.  0.0.0.0 is every
    address of IPv4, :: every address of IPv6, and ["0.0.0.0", "::"] is both."""

    advertise: Live[str] = ""
    """The address that peers are told, or a name for it, which is looked up in the DNS; empty tells
    each of them the one by which it reaches us."""

    advertised: Live[tuple[AdvertisedConfig, ...]] = ()
    """What the peers of some networks are told, instead of C{advertise}."""

    niceness: int = -10
    """The scheduling priority of the whole process, as nice has it, where the system lets us raise
    it (root, or CAP_SYS_NICE); a busy machine's fair share comes too late for sound."""

    def __post_init__(self) -> None:
        if not -20 <= self.niceness <= 19:
            raise ValueError("niceness: must be -20 to 19")
        for text in self.binds:
            if not _isLiteral(text):
                raise ValueError(f"bind: {text!r} is not an IP address")
        _checkBinds(self.binds)
        if self.advertise:
            _checkHost("advertise", self.advertise)

    @property
    def binds(self) -> tuple[str, ...]:
        """
        The addresses of every listener.
        """
        return (self.bind,) if isinstance(self.bind, str) else self.bind

    @property
    def advertisements(self) -> tuple[Advertisement, ...]:
        """
        What is told to whom.
        """
        several = [Advertisement(each.network, each.address) for each in self.advertised]
        if self.advertise:
            several += [Advertisement(network, self.advertise) for network in EVERYBODY]
        return tuple(several)


def _checkBinds(binds: tuple[str, ...]) -> None:
    if not binds:
        raise ValueError("bind: names no address")
    for wildcard in WILDCARDS:
        family = [each for each in binds if (":" in each) == (":" in wildcard)]
        if wildcard in family and len(family) > 1:
            raise ValueError(f"bind: {wildcard} is all addresses of its family already")
    if len(set(binds)) < len(binds):
        raise ValueError("bind: an address stands there twice")


def _isLiteral(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?")
_NUMBERS = re.compile(r"[0-9.]+")


def _checkHost(key: str, text: str) -> None:
    if _isLiteral(text):
        return
    if not _NAME.fullmatch(text) or _NUMBERS.fullmatch(text):
        raise ValueError(f"{key}: {text!r} is neither an IP address nor a name")


@dataclass(frozen=True, slots=True)
class PluginConfig:
    """
    What is plugged into the seams, by name; built-in or from an entry point.
    """

    routes: tuple[str, ...] = ("rooms", "gateway")
    """The routing chain: the first policy that knows the called party decides."""

    gates: tuple[str, ...] = ()
    """The gates that every call passes, in this order."""

    destinations: tuple[str, ...] = ("conference", "gateway")
    """Where calls can end."""

    codecs: tuple[str, ...] = ()
    """The codecs that are loaded; if none is named, all those of the house that the machine can do:
    PCMU, PCMA, G722, opus, L16; G729, G726-32, AAL2-G726-32, AMR, G723, speex, GSM
    where their libraries are installed."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """
    Everything that can be configured.
    """

    server: ServerConfig = field(default_factory=ServerConfig)
    plugins: PluginConfig = field(default_factory=PluginConfig)
    sip: SIPConfig = field(default_factory=SIPConfig)
    h323: H323Config = field(default_factory=H323Config)
    gatekeeper: GatekeeperConfig = field(default_factory=GatekeeperConfig)
    routing: RoutingConfig = field(default_factory=RoutingConfig)
    routed: RoutedConfig = field(default_factory=RoutedConfig)
    security: SecurityConfig = field(default_factory=SecurityConfig)
    defence: DefenceConfig = field(default_factory=DefenceConfig)
    guard: GuardConfig = field(default_factory=GuardConfig)
    traversal: TraversalConfig = field(default_factory=TraversalConfig)
    media: MediaConfig = field(default_factory=MediaConfig)
    conference: ConferenceConfig = field(default_factory=ConferenceConfig)
    council: CouncilConfig = field(default_factory=CouncilConfig)
    gateway: GatewayConfig = field(default_factory=GatewayConfig)
    lines: LinesConfig = field(default_factory=LinesConfig)
    sounds: SoundsConfig = field(default_factory=SoundsConfig)
    cdr: CDRConfig = field(default_factory=CDRConfig)
    witness: WitnessConfig = field(default_factory=WitnessConfig)
    trace: TraceConfig = field(default_factory=TraceConfig)
    control: ControlConfig = field(default_factory=ControlConfig)
    web: WebConfig = field(default_factory=WebConfig)
    ha: HAConfig = field(default_factory=HAConfig)

    def reloaded(self, changed: Configuration) -> Configuration:
        """
        What is in force when the file has changed; the rest waits for a
        restart.
        """
        sections = [each.name for each in dataclasses.fields(self)]
        return Configuration(
            **{name: inForce(getattr(self, name), getattr(changed, name)) for name in sections}
        )


def differences(one: Configuration, other: Configuration) -> tuple[str, ...]:
    """
    The keys that do not have the same value in both, as in C{sip.port}.
    """
    sections = [each.name for each in dataclasses.fields(one)]
    return tuple(
        f"{section}.{key.name}"
        for section in sections
        for key in dataclasses.fields(getattr(one, section))
        if getattr(getattr(one, section), key.name) != getattr(getattr(other, section), key.name)
    )
