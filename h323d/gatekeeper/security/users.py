"""
The users of SIP, as the configuration has them: their names, and what proves them.

Other sources of the same could stand in its place (L{h323d.sip.digest.users.IDigestUsers}).
"""

from __future__ import annotations

from typing import Protocol

from zope.interface import implementer

from h323d.gatekeeper.security.config import DigestDemand, SecurityConfig, UserConfig
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.users import IDigestUsers
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.networks import Networks

__all__ = ["KnownKeys", "KnownSources", "Users"]


class KnownSources(Protocol):
    """
    Who is known by where it is, and has to prove nothing: the trunks.
    """

    def at(self, source: TransportAddress | None) -> object | None:
        """Who is there; C{None} for nobody."""


class KnownKeys(Protocol):
    """
    Who judges by keys: a gate.
    """

    def userOfKey(self, key: bytes) -> str | None:
        """
        As L{IDigestUsers} has it.
        """


@implementer(IDigestUsers)
class Users:
    """
    The table.
    """

    def __init__(
        self, config: SecurityConfig, known: KnownSources, keys: KnownKeys | None = None
    ) -> None:
        """
        @param keys: knows those by which a gate judges; C{None} if none does.
        """
        self._known = known
        self._keys = keys
        self.takesSignatures = keys is not None
        self.reconfigure(config)

    def reconfigure(self, config: SecurityConfig) -> None:
        """
        Have others from now on.
        """
        self._demand = config.digest
        self._md5 = Networks(config.md5Networks)
        self._byName = {each.name: each for each in config.users}
        self._holders = {
            _plain(name): user.name for user in config.users for name in (user.name, *user.names)
        }
        isOn = bool(config.users) and config.digest is not DigestDemand.OFF
        self.realm = config.realm if isOn else ""

    def of(self, name: str) -> UserConfig | None:
        return self._byName.get(name)

    def holderOf(self, names: tuple[PartyAddress, ...]) -> str:
        """
        The user whose names they are; empty while they are anybody's.

        @param names: of one party, best first; the last says most of where it is.
        """
        if not self.realm:
            return ""
        found = (self._holders.get(_plain(each.value)) for each in reversed(names))
        return next((holder for holder in found if holder), "")

    # What SIP asks.

    def userOfKey(self, key: bytes) -> str | None:
        return None if self._keys is None else self._keys.userOfKey(key)

    def algorithmAt(self, host: str) -> Algorithm:
        return Algorithm.MD5 if self._md5 and host in self._md5 else Algorithm.SHA_256

    def secretOf(self, user: str, realm: str, algorithm: Algorithm) -> str | None:
        known = self._byName.get(user)
        if known is None or not self.realm or realm != self.realm:
            return None
        return (known.sha256 if algorithm is Algorithm.SHA_256 else known.md5) or None

    def mustProve(self, source: TransportAddress, ours: bool) -> bool:
        asked = ours or self._demand is DigestDemand.ALL
        return asked and self._known.at(source) is None

    def mayBe(self, user: str, names: tuple[PartyAddress, ...]) -> bool:
        return self.holderOf(names) == user


def _plain(name: str) -> str:
    """
    A name as it is compared: a number without its plus sign, a URI without its scheme.
    """
    return name.removeprefix("sip:").removeprefix("+")
