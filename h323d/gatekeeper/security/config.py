"""
The configuration of who is believed, and who may talk to us at all.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass, field

from h323d.sip.digest.algorithms import checkSecret
from h323d.values.live import Live

__all__ = [
    "DigestDemand",
    "HostMismatch",
    "PasswordEntry",
    "Requirement",
    "SecurityConfig",
    "UserConfig",
    "WeakScheme",
]

MAX_WINDOW = 24 * 3600  # seconds
MAX_NAME = 128  # characters; what H.235 has place for


class Requirement(enum.Enum):
    """
    Who has to prove who it is.
    """

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class HostMismatch(enum.Enum):
    """
    What becomes of a call that does not come from where its endpoint is.
    """

    REFUSE = "refuse"
    LOG = "log"


class WeakScheme(enum.Enum):
    """
    Proofs of older equipment, which say nothing of the rest of a message.
    """

    MD5 = "md5"
    CAT = "cat"


@dataclass(frozen=True, slots=True)
class PasswordEntry:
    """
    One password.
    """

    alias: str
    """The name that it proves, as the endpoint registers it."""

    password: str = field(default="", repr=False)
    """The password itself; or"""

    passwordFile: str = ""
    """the file whose first line is the password."""

    names: tuple[str, ...] = ()
    """More names that whoever knows the password may register."""

    def __post_init__(self) -> None:
        for name in (self.alias, *self.names):
            if not 1 <= len(name) <= MAX_NAME:
                key = "alias" if name == self.alias else "names"
                raise ValueError(f"{key}: must have 1 to {MAX_NAME} characters")
        if bool(self.password) == bool(self.passwordFile):
            raise ValueError("password: give either password or passwordFile")


class DigestDemand(enum.Enum):
    """
    Who has to prove by digest who they are, where there are users.
    """

    OFF = "off"
    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class UserConfig:
    """
    One user of SIP.
    """

    name: str
    """The name that goes with the password, which may be registered too."""

    names: tuple[str, ...] = ()
    """More names and numbers that the user may register, and call by; with an at sign, for one
    domain only, as in C{"anna@example.com"}."""

    sha256: str = field(default="", repr=False)
    """What C{h323ctl hash} makes of the password, for C{security.realm}; and"""

    md5: str = field(default="", repr=False)
    """the same for telephones in C{security.md5Networks}."""

    def __post_init__(self) -> None:
        for name in (self.name, *self.names):
            if not 1 <= len(name) <= MAX_NAME:
                key = "name" if name == self.name else "names"
                raise ValueError(f"{key}: must have 1 to {MAX_NAME} characters")
        if not (self.sha256 or self.md5):
            raise ValueError("sha256: there is neither this nor md5")
        for key in ("sha256", "md5"):
            if getattr(self, key):
                checkSecret(key, getattr(self, key))


@dataclass(frozen=True, slots=True)
class SecurityConfig:
    """
    Who has to prove who it is, and who may talk to us at all.
    """

    h2351: Live[Requirement] = Requirement.OPTIONAL
    """Who has to sign its RAS messages by H.235.1: nobody (off), whoever registers a name that has
    a password (optional), or everybody (required)."""

    weakSchemes: Live[tuple[WeakScheme, ...]] = ()
    """What is taken in an RRQ instead of H.235.1: C{"md5"}, C{"cat"}; both prove the password, and
    protect nothing else."""

    timeWindow: Live[float] = 7200.0
    """Seconds by which the clock of an endpoint may differ from ours; 0 does not compare them, and
    then only the last messages of each count as shown before."""

    allowNoGeneralID: Live[bool] = True
    """Whether a signed message may leave out whom it is for, as some endpoints do."""

    allow: Live[tuple[str, ...]] = ()
    """The networks that may send to us, as in C{"192.0.2.0/24"}; empty for any.  This and the
    following hold for RAS, SIP and the connections of call signalling."""

    deny: Live[tuple[str, ...]] = ()
    """The networks that may not, whatever C{allow} says."""

    thirdParties: Live[tuple[str, ...]] = ()
    """The networks that a peer may name as the place of its sound, or of its H.245, though its call
    signalling comes from elsewhere, as gatekeepers, proxies and large gateways do.  Sound goes to
    other hosts than the peer's own only once a valid packet came from there."""

    hostMismatch: Live[HostMismatch] = HostMismatch.REFUSE
    """What becomes of a Setup from another host than the ARQ of its call, and of a connection that
    an endpoint makes for a call to it (H.460.18) from another than it registered from: C{"refuse"},
    or C{"log"}, which only says so, for endpoints behind a NAT with several addresses."""

    share: Live[float] = 0.25
    """The part of each table - connections, transactions, calls, registrations, places in rooms -
    that one source may take: a host, or a network of 64 bits of IPv6.  It is 10 places at least;
    1 sets no limit."""

    trunks: Live[tuple[str, ...]] = ()
    """The networks whose hosts each stand for many: proxies, other gatekeepers, gateways, offices
    behind one address.  Neither C{share} nor the following rates hold for them."""

    rasRate: Live[float] = 0.0
    """RAS messages each second that one address may send in the long run; 0 sets no limit."""

    rasBurst: Live[int] = 200
    """RAS messages that it may send at once."""

    sipRate: Live[float] = 200.0
    """SIP messages each second that one address may send over UDP in the long run; 0 sets no
    limit."""

    sipBurst: Live[int] = 2000
    """SIP messages that it may send over UDP at once."""

    connectionRate: Live[float] = 0.0
    """Connections for call signalling each second that one address may open; 0 sets no limit."""

    connectionBurst: Live[int] = 50
    """Connections that it may open at once."""

    callRate: Live[float] = 0.0
    """Calls each second that one address may offer, by H.323 and SIP; 0 sets no limit."""

    callBurst: Live[int] = 20
    """Calls that it may offer at once."""

    digest: Live[DigestDemand] = DigestDemand.OWN
    """Who has to prove by digest to be one of C{users}, where there are any: nobody (off); whoever
    registers by SIP, and whoever calls and says to be of C{sip.domains} or of an address of ours
    (own); or everybody who calls, but for C{routing.trunks} (all)."""

    realm: Live[str] = "h323d"
    """What users' passwords are for, as telephones show it; it is part of each C{sha256} and
    C{md5}."""

    md5Networks: Live[tuple[str, ...]] = ()
    """The networks whose telephones know no SHA-256, as in C{"192.0.2.0/24"}: they are asked for
    MD5, and nothing else, and only users with C{md5} can be there."""

    users: Live[tuple[UserConfig, ...]] = ()
    """Who can register and call by SIP with a password."""

    passwords: Live[tuple[PasswordEntry, ...]] = ()
    """The passwords of endpoints."""

    def __post_init__(self) -> None:
        if not 0 <= self.timeWindow <= MAX_WINDOW:
            raise ValueError(f"timeWindow: must be 0 to {MAX_WINDOW}")
        for key in ("allow", "deny", "thirdParties", "trunks", "md5Networks"):
            for text in getattr(self, key):
                try:
                    ipaddress.ip_network(text)
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from None
        if not 0 < self.share <= 1:
            raise ValueError("share: must be more than 0, and at most 1")
        for key in ("rasRate", "sipRate", "connectionRate", "callRate"):
            if getattr(self, key) < 0:
                raise ValueError(f"{key}: must not be negative")
        for key in ("rasBurst", "sipBurst", "connectionBurst", "callBurst"):
            if getattr(self, key) < 1:
                raise ValueError(f"{key}: must be at least 1")
        known: set[str] = set()
        for entry in self.passwords:
            for name in dict.fromkeys((entry.alias, *entry.names)):
                if name in known:
                    raise ValueError(f"passwords: {name!r} has two")
                known.add(name)
        self._checkUsers()
        if self.h2351 is Requirement.REQUIRED and not self.passwords:
            raise ValueError("passwords: there is none, and h2351 requires one of everybody")

    def _checkUsers(self) -> None:
        if not 1 <= len(self.realm) <= MAX_NAME or not self.realm.isprintable():
            raise ValueError(f"realm: must have 1 to {MAX_NAME} characters")
        if len({each.name for each in self.users}) < len(self.users):
            raise ValueError("users: two have the same name")
        holders: dict[str, str] = {}
        for user in self.users:
            for name in dict.fromkeys((user.name, *user.names)):
                if holders.setdefault(name, user.name) != user.name:
                    raise ValueError(
                        f"users: {name!r} is a name of {holders[name]} and {user.name}"
                    )
