"""
The configuration of the routing chain: which policies, in which order, and what
each of them knows.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from h323d.gatekeeper.routing.chain import MAX_HOPS
from h323d.gatekeeper.trunks.config import TrunkConfig, isLiteral, placeIn
from h323d.h323.ports import RAS_PORT, SIGNALLING_PORT
from h323d.h323.security.h235 import LONGEST_IDENTIFIER, SCHEME
from h323d.h323.security.passwordtokens import GK_PWD_HASH
from h323d.h323.signalling.addresses import hostOf
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.live import Live

__all__ = [
    "BUILT_IN_POLICIES",
    "DEFAULT_POLICIES",
    "DIGITS",
    "MAX_LIFETIME",
    "NeighbourConfig",
    "NeighbourScheme",
    "RewriteRule",
    "RoutingConfig",
    "StaticRoute",
    "literalAddress",
]

DNS_PORT = 53
DIGITS = frozenset("0123456789#*")
MAX_SECONDS = 60.0  # that anybody may be waited for: callers give up long before
MAX_LIFETIME = 24 * 3600  # seconds that an answer may be kept

DEFAULT_POLICIES = (
    "rewrite",
    "explicit",
    "rooms",
    "registered",
    "prefix",
    "http",
    "neighbours",
    "trunks",
    "signalled",
    "parents",
    "catchAll",
)
"""
What the operator wrote comes first, then what is known here at no cost, then
who has to be asked; what the caller says itself, and what takes everything,
come last.  C{srv} and C{enum} are left out: they tell the world's name servers
who is called, so they are for whoever names them.
"""

BUILT_IN_POLICIES = (*DEFAULT_POLICIES, "srv", "enum")


def literalAddress(text: str, port: int = SIGNALLING_PORT) -> TransportAddress | None:
    """
    The address in C{192.0.2.1}, C{192.0.2.1:1720}, C{[2001:db8::1]:1720} or
    C{h323:name@192.0.2.1}.

    @param port: what to take where the text has none.

    @return: C{None} if it has no literal address.
    """
    return hostOf(PartyAddress(AddressKind.URL, text), port)


def _matched(name: str, prefix: str) -> None:
    if bool(name) == bool(prefix):
        raise ValueError("name: give either a name or a prefix")
    if not DIGITS.issuperset(prefix):
        raise ValueError("prefix: must be of the digits of a number, 0 to 9, # and *")


@dataclass(frozen=True, slots=True)
class RewriteRule:
    """
    One rule of number rewriting: the longest that fits is taken, and no other.
    """

    name: str = ""
    """The whole name or number that is replaced."""

    prefix: str = ""
    """The beginning of numbers that is replaced; give either this or a name."""

    to: str = ""
    """What takes its place; the same again makes an exception to a shorter prefix."""

    caller: str = ""
    """For whose calls: a network, a name that the calling endpoint has registered; empty for
    all."""

    def __post_init__(self) -> None:
        _matched(self.name, self.prefix)
        if self.name and not self.to:
            raise ValueError("to: a name cannot be replaced by nothing")


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """
    One route that the operator knows.
    """

    name: str = ""
    """The whole name or number that it is for."""

    prefix: str = ""
    """The beginning of the numbers that it is for; give either this or a name."""

    to: tuple[str, ...] = ()
    """Where such calls go, tried in this order: 192.0.2.1:1720, or h323:name@192.0.2.1, which
    changes the name as well."""

    reject: bool = False
    """Refuse such calls instead."""

    caller: str = ""
    """For whose calls: a network, a name that the calling endpoint has registered; empty for
    all."""

    def __post_init__(self) -> None:
        _matched(self.name, self.prefix)
        if self.reject == bool(self.to):
            raise ValueError("to: give either an address or reject = true")
        for each in self.to:
            if each.lower().startswith(("sip:", "sips:")):
                raise ValueError(f"to: {each!r} is called by SIP; such a server is a trunk")
            if literalAddress(each) is None:
                raise ValueError(f"to: {each!r} has no literal address")


class NeighbourScheme(enum.Enum):
    """
    How a neighbour proves that it knows the password.
    """

    H2351 = SCHEME
    GK_PWD_HASH = GK_PWD_HASH


@dataclass(frozen=True, slots=True)
class NeighbourConfig:
    """
    One neighbour: a gatekeeper of another zone.
    """

    name: str
    """What the log and operators call it."""

    address: str = ""
    """Its RAS address, as in 192.0.2.20:1719; the port may be left out."""

    gatekeeperIdentifier: str = ""
    """What it must call itself in its own questions, if it says so at all; empty for anything."""

    prefixes: tuple[str, ...] = ("",)
    """The beginnings of the numbers and names that it is asked for; "" is all, none is never.
    Those with the longest that fits are asked first."""

    priority: int = 0
    """Of those that fit equally well, the lowest are asked first, all at once."""

    timeout: float = 5.0
    """Seconds until its silence counts as no; it is asked three times within."""

    asks: bool = True
    """Whether its own questions (LRQ) are answered."""

    password: str = field(default="", repr=False)
    """What both gatekeepers know: questions and answers are then signed (H.235.1), and what is not
    is not believed.  Who asks from the same host has to sign too; empty asks for no proof.  A
    neighbour that is a GnuGk needs another C{scheme}."""

    passwordFile: str = ""
    """The file whose first line is the password; give either this or the password itself."""

    sendersID: str = ""
    """What it calls itself where it signs; empty for its gatekeeperIdentifier.  We call ourselves
    by our own."""

    scheme: NeighbourScheme = NeighbourScheme.H2351
    """How the password is proved: C{"h2351"}, or C{"gkPwdHash"}, the MD5 hash that a GnuGk puts
    into its questions, and expects in ours.  That protects nothing else of a message, can be shown
    again within security.timeWindow, and does not sign answers."""

    def __post_init__(self) -> None:
        if literalAddress(self.address, RAS_PORT) is None:
            raise ValueError(f"address: {self.address!r} is not an IP address with a port")
        if not 0.3 <= self.timeout <= MAX_SECONDS:
            raise ValueError(f"timeout: must be 0.3 to {MAX_SECONDS:g}")
        if self.password and self.passwordFile:
            raise ValueError("password: give either password or passwordFile")
        if self.sendersID and not self.signs:
            raise ValueError("sendersID: there is no password to sign with")
        if self.scheme is not NeighbourScheme.H2351 and not self.signs:
            raise ValueError("scheme: there is no password to prove")
        if self.signs and not self.signsAs:
            raise ValueError("sendersID: with a password, give this or gatekeeperIdentifier")
        if len(self.sendersID) > LONGEST_IDENTIFIER:
            raise ValueError(f"sendersID: must have at most {LONGEST_IDENTIFIER} characters")

    @property
    def signs(self) -> bool:
        """
        Whether it has to prove who it is.
        """
        return bool(self.password or self.passwordFile)

    @property
    def signsAs(self) -> str:
        """
        What it calls itself where it signs.
        """
        return self.sendersID or self.gatekeeperIdentifier

    @property
    def ras(self) -> TransportAddress:
        """
        C{address}, as a value.
        """
        address = literalAddress(self.address, RAS_PORT)
        assert address is not None  # checked when it was made
        return address


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """
    Where calls go: policies are asked in order, and the first that knows the called party decides.
    """

    policies: Live[tuple[str, ...]] = DEFAULT_POLICIES
    """The policies, in order: these, srv and enum, or what a plug-in is called.  Those that have
    nothing configured let every call pass."""

    rewrites: Live[tuple[RewriteRule, ...]] = ()
    """rewrite: numbers that are called by others."""

    domains: Live[tuple[str, ...]] = ()
    """rewrite: our own domains; anna@example.com is then asked for as anna."""

    routes: Live[tuple[StaticRoute, ...]] = ()
    """explicit: where certain names and numbers go, or that they are refused."""

    neighbours: Live[tuple[NeighbourConfig, ...]] = ()
    """neighbours: gatekeepers that are asked by LRQ, and may ask us."""

    trunks: Live[tuple[TrunkConfig, ...]] = ()
    """trunks: SIP servers, and H.323 gateways and gatekeepers, that are called by their address."""

    hopCount: Live[int] = 6
    """neighbours, srv: how many gatekeepers a question of ours may pass."""

    acceptUnknownLRQ: Live[bool] = False
    """Answer LRQs of anybody, for what is known here; otherwise only neighbours and registered
    endpoints are answered."""

    catchAll: Live[str] = ""
    """catchAll: the signalling address for calls that nothing else knows, as in 192.0.2.1:1720."""

    httpURL: Live[str] = ""
    """http: the http or https URL that is asked by POST; empty asks nobody."""

    httpTimeout: Live[float] = 2.0
    """http: seconds until silence counts as "I do not know"."""

    httpLifetime: Live[int] = 30
    """http: seconds that an answer is kept which does not say so itself; 0 keeps none."""

    dnsServers: tuple[str, ...] = ()
    """The addresses of the name servers that srv, enum, trunks and calls to SIP domains ask, with a
    port if it is not 53; empty takes the system's."""

    dnsTimeout: float = 3.0
    """Seconds until their silence counts as an answer."""

    enumZones: Live[tuple[str, ...]] = ("e164.arpa",)
    """enum: the domains under which numbers are looked for, in order."""

    enumPrefix: Live[str] = ""
    """enum: what comes before full international numbers, as in 00, and is taken off; numbers
    without it are not looked for."""

    def __post_init__(self) -> None:
        if len(set(self.policies)) < len(self.policies):
            raise ValueError("policies: names one twice")
        if not 1 <= self.hopCount <= MAX_HOPS:
            raise ValueError(f"hopCount: must be 1 to {MAX_HOPS}")
        for name in ("httpTimeout", "dnsTimeout"):
            if not 0.1 <= getattr(self, name) <= MAX_SECONDS:
                raise ValueError(f"{name}: must be 0.1 to {MAX_SECONDS:g}")
        if not 0 <= self.httpLifetime <= MAX_LIFETIME:
            raise ValueError(f"httpLifetime: must be 0 to {MAX_LIFETIME}")
        self._checkPlaces()
        self._checkUse()

    @property
    def nameServers(self) -> tuple[TransportAddress, ...]:
        """
        Where C{dnsServers} are.
        """
        places = (placeIn(server, DNS_PORT) for server in self.dnsServers)
        return tuple(TransportAddress(*place) for place in places if place is not None)

    def _checkPlaces(self) -> None:
        if self.catchAll and literalAddress(self.catchAll) is None:
            raise ValueError(f"catchAll: {self.catchAll!r} has no literal address")
        url = urlsplit(self.httpURL)
        if self.httpURL and (url.scheme not in ("http", "https") or not url.hostname):
            raise ValueError("httpURL: must be an http or https URL")
        for server in self.dnsServers:
            place = placeIn(server, DNS_PORT)
            if place is None or not isLiteral(place[0]):
                raise ValueError(f"dnsServers: {server!r} is not an IP address")
        if not DIGITS.issuperset(self.enumPrefix):
            raise ValueError("enumPrefix: must be of the digits of a number, 0 to 9, # and *")
        self._checkNeighbours()

    def _checkNeighbours(self) -> None:
        for key in ("neighbours", "trunks"):
            names = [each.name for each in getattr(self, key)]
            if len(set(names)) < len(names):
                raise ValueError(f"{key}: two have the same name")
        signing = [each for each in self.neighbours if each.signs]
        if len({each.ras for each in signing}) < len(signing):
            raise ValueError("neighbours: two with a password have the same address")
        if len({(each.ras.host, each.signsAs) for each in signing}) < len(signing):
            raise ValueError("neighbours: two at one host sign with the same sendersID")

    def _checkUse(self) -> None:
        """
        What is configured for a policy that is not in the chain is a mistake.
        """
        for key, policy in (
            ("rewrites", "rewrite"),
            ("domains", "rewrite"),
            ("routes", "explicit"),
            ("neighbours", "neighbours"),
            ("trunks", "trunks"),
            ("catchAll", "catchAll"),
            ("httpURL", "http"),
        ):
            if getattr(self, key) and policy not in self.policies:
                raise ValueError(f"{key}: policies does not name {policy}, which would use it")
