"""
The configuration of a trunk.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from dataclasses import dataclass, field

from h323d.h323.ports import RAS_PORT, SIGNALLING_PORT
from h323d.sip.digest.algorithms import Algorithm, checkSecret
from h323d.sip.ports import defaultPort
from h323d.values.address import TransportAddress

__all__ = [
    "TrunkConfig",
    "TrunkProtocol",
    "TrunkTransport",
    "hasPort",
    "isLiteral",
    "placeIn",
]

MAX_SECONDS = 24 * 3600.0  # between two checks
MAX_WEIGHT = 65535  # as SRV records have it (RFC 2782)

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?")
_NUMBERS = re.compile(r"[0-9.]+")
_PREPENDED = re.compile(r"[^\s@<>\"?;:]*")


class TrunkProtocol(enum.Enum):
    """
    What a trunk speaks.
    """

    SIP = "sip"
    H323 = "h323"


class TrunkTransport(enum.Enum):
    """
    By which SIP goes.
    """

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    AUTO = "auto"


def placeIn(text: str, port: int) -> tuple[str, int] | None:
    """
    The host, a literal address or a name, and the port of C{192.0.2.1}, C{192.0.2.1:5080},
    C{[2001:db8::1]:5080}, C{sip.example.com} or C{sip.example.com:5080}.

    @param port: what to take where the text has none.

    @return: C{None} if it is none of these.
    """
    host, colon, digits = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not host.endswith("]")):
        host, digits = text, str(port)
    host = host.removeprefix("[").removesuffix("]")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) <= 0xFFFF):
        return None
    if not isLiteral(host) and (not _NAME.fullmatch(host) or _NUMBERS.fullmatch(host)):
        return None
    return host, int(digits)


def hasPort(text: str) -> bool:
    """
    Whether a text of L{placeIn} says the port.
    """
    return placeIn(text, 1) == placeIn(text, 2)


def isLiteral(host: str) -> bool:
    """
    Whether a host is an address, and no name.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class TrunkConfig:
    """
    One trunk: a SIP server, or an H.323 gateway or gatekeeper, that is called by its address.
    """

    name: str
    """What the log and operators call it."""

    address: str = ""
    """Where it takes calls, as in 192.0.2.30, 192.0.2.30:5080 or sip.example.com; without a port,
    5060 for SIP, 5061 over TLS, and 1720 for H.323.  A name is looked up in the DNS with each
    check: without a port, for the servers of the domain (SRV), and for addresses (A, AAAA); calls
    go to the next of up to 10 where one fails.  Over TLS, it is the one that the certificate has
    to have."""

    protocol: TrunkProtocol = TrunkProtocol.SIP
    """What it speaks: C{"sip"}, or C{"h323"}."""

    transport: TrunkTransport = TrunkTransport.UDP
    """SIP: C{"udp"}, C{"tcp"}, or C{"tls"}, for which C{[sip]} needs C{authorities}, C{tlsPeers}
    or a C{certificate}; or C{"auto"}: what the domain prefers (NAPTR) or else has, and C{"udp"}
    where C{address} is none."""

    ras: str = ""
    """H.323: the RAS address of a gatekeeper, as in 192.0.2.30:1719 or gk.example.com, which is
    asked by LRQ whether it is there; a name without a port is looked up as a domain (SRV) too.
    Without one, it is tried whether C{address} takes connections."""

    prefixes: tuple[str, ...] = ("",)
    """The beginnings of the numbers and names that go there; "" is all, none is never.  Those with
    the longest that fits are tried first."""

    strip: int = 0
    """How many characters are taken off the beginning of what is called there."""

    prepend: str = ""
    """What is put before it then."""

    priority: int = 0
    """Of those that fit equally well, the lowest are tried first."""

    weight: int = 1
    """Of those with the same priority, how often it is the first, compared to the others; one with
    0 is the last of them."""

    capacity: int = 0
    """How many calls we send there at one time; 0 sets no limit.  One that is full is left out."""

    mayCall: bool = True
    """Whether calls that come from its address may go on to others here, as those of somebody
    registered; if not, they end in our rooms only."""

    transit: bool = False
    """Whether such a call may leave by another trunk."""

    checkInterval: float = 30.0
    """Seconds between two checks whether it is there (SIP: OPTIONS); 5 after one that failed.  0
    checks nothing: what calls there meet with is all that is known, and it is believed to be back
    after a minute."""

    checkTimeout: float = 4.0
    """Seconds until silence is a failure."""

    failures: int = 3
    """After how many failures in a row, of checks and calls, it counts as down.  Those that are
    down are tried last."""

    successes: int = 1
    """After how many successes in a row it counts as up again."""

    voiceMail: bool = False
    """SIP: whether it is believed when it tells of somebody here whether messages wait for them
    (NOTIFY, C{message-summary})."""

    user: str = ""
    """SIP: our user name there, where it asks for a password (401, 407)."""

    realm: str = ""
    """What the password is for, as the server says; the log tells it where it is another."""

    sha256: str = field(default="", repr=False)
    """What C{h323ctl hash --realm REALM USER} makes of the password; or"""

    md5: str = field(default="", repr=False)
    """the same for a server that knows no SHA-256."""

    register: bool = False
    """Whether we register there as this user (REGISTER), so that the server knows where to call
    us; its calls are for the user's name, or for what it says in its place."""

    def __post_init__(self) -> None:
        if placeIn(self.address, self._port) is None:
            raise ValueError(
                f"address: {self.address!r} is no address or name, with or without a port"
            )
        self._checkProtocol()
        self._checkSecret()
        if not 0 <= self.strip <= 32:
            raise ValueError("strip: must be 0 to 32")
        if not _PREPENDED.fullmatch(self.prepend):
            raise ValueError(f"prepend: {self.prepend!r} cannot be part of a number or a name")
        if not 0 <= self.weight <= MAX_WEIGHT:
            raise ValueError(f"weight: must be 0 to {MAX_WEIGHT}")
        if self.capacity < 0:
            raise ValueError("capacity: must not be negative")
        if self.checkInterval and not 1 <= self.checkInterval <= MAX_SECONDS:
            raise ValueError(f"checkInterval: must be 0, or 1 to {MAX_SECONDS:g}")
        if not 0.1 <= self.checkTimeout <= 60:
            raise ValueError("checkTimeout: must be 0.1 to 60")
        for key in ("failures", "successes"):
            if not 1 <= getattr(self, key) <= 100:
                raise ValueError(f"{key}: must be 1 to 100")

    def _checkProtocol(self) -> None:
        bySIP = self.protocol is TrunkProtocol.SIP
        if bySIP and self.ras:
            raise ValueError("ras: SIP has none")
        if not bySIP and self.transport is not TrunkTransport.UDP:
            raise ValueError("transport: H.323 has none but its own")
        if self.voiceMail and not bySIP:
            raise ValueError("voiceMail: H.323 has no word for it")
        if self.ras and placeIn(self.ras, RAS_PORT) is None:
            raise ValueError(f"ras: {self.ras!r} is no address or name, with or without a port")

    def _checkSecret(self) -> None:
        given = [key for key in ("user", "realm") if getattr(self, key)]
        secrets = [key for key in ("sha256", "md5") if getattr(self, key)]
        if (given or secrets) and not (len(given) == 2 and secrets):
            raise ValueError("user: takes a realm, and sha256 or md5, or nothing of these")
        if given and self.protocol is not TrunkProtocol.SIP:
            raise ValueError("user: H.323 has no digest")
        for key in secrets:
            checkSecret(key, getattr(self, key))
        if self.register and not given:
            raise ValueError("register: takes a user, a realm, and sha256 or md5")

    @property
    def place(self) -> tuple[str, int]:
        """
        The host, a literal address or a name, and the port where it takes calls.
        """
        place = placeIn(self.address, self._port)
        assert place is not None  # checked when it was made
        return place

    @property
    def literal(self) -> TransportAddress | None:
        """
        The same, where it is no name.
        """
        host, port = self.place
        return TransportAddress(host, port) if isLiteral(host) else None

    @property
    def spoken(self) -> str:
        """
        The transport of SIP, where nobody else says one; empty for H.323.
        """
        if self.protocol is TrunkProtocol.H323:
            return ""
        isAuto = self.transport is TrunkTransport.AUTO
        return TrunkTransport.UDP.value if isAuto else self.transport.value

    @property
    def hasPort(self) -> bool:
        """
        Whether C{address} says the port: then it is a host, and no domain.
        """
        return hasPort(self.address)

    @property
    def gatekeeper(self) -> tuple[str, int] | None:
        """
        The host, a literal address or a name, and the port where it is asked by LRQ; C{None} for
        nowhere.
        """
        return placeIn(self.ras, RAS_PORT) if self.ras else None

    def secretFor(self, realm: str, algorithm: Algorithm) -> tuple[str, str] | None:
        """
        Our user name there, and its H(A1); C{None} if we have none for what it calls its realm.
        """
        secret = self.sha256 if algorithm is Algorithm.SHA_256 else self.md5
        return (self.user, secret) if secret and realm == self.realm else None

    @property
    def _port(self) -> int:
        if self.protocol is TrunkProtocol.H323:
            return SIGNALLING_PORT
        return defaultPort(self.spoken.upper())
