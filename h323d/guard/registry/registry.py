"""
Who the guardians are: one value, which a reader of the file made, and another one replaces.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Iterator

from h323d.guard.registry.guardian import Guardian
from h323d.values.address import PartyAddress
from h323d.values.ed25519 import PublicKey

__all__ = ["EMPTY", "Registry", "digestsOf", "namesOf"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def namesOf(alias: PartyAddress) -> str:
    """
    What two aliases have in common that mean the same: nobody is to be taken for somebody else
    whose name has other capitals.
    """
    return f"{alias.kind.value}:{alias.value.casefold()}"


def digestsOf(guardian: Guardian) -> Iterator[bytes]:
    """
    SHA-256 of the SubjectPublicKeyInfo of each key that is a guardian's.
    """
    for key in guardian.keys:
        yield hashlib.sha256(key.spki).digest()
    if guardian.certificate:
        yield guardian.certificate


class Registry:
    """
    All entries of one file.  It does not change.

    @ivar generation: SHA-256 of the file, in hexadecimal: which registry was in force.
    """

    def __init__(self, guardians: Iterable[Guardian], text: str = "") -> None:
        """
        @param guardians: of which no two have a name, key or network in common.
        @param text: of the file.
        """
        self._guardians = {each.terminalId: each for each in guardians}
        everybody = self._guardians.values()
        owned = [(key, each) for each in everybody for key in each.keys]
        self._byKey = {key.raw: (each, key) for key, each in owned}
        self._byKey |= {key.thumbprint.encode(): (each, key) for key, each in owned}
        self._byDigest = {digest: each for each in everybody for digest in digestsOf(each)}
        self._byAlias = {namesOf(alias): each for each in everybody for alias in each.aliases}
        self._byNumber = _unambiguous(
            (text.casefold(), each)
            for each in everybody
            for alias in each.aliases
            for text in (alias.value, alias.number)
        )
        self._networks: dict[tuple[int, int], dict[int, Guardian]] = {}
        for each in everybody:
            for network in map(ipaddress.ip_network, each.addresses):
                shift = network.max_prefixlen - network.prefixlen
                prefixes = self._networks.setdefault((network.version, shift), {})
                prefixes[int(network.network_address) >> shift] = each
        self.generation = hashlib.sha256(text.encode()).hexdigest()

    def __iter__(self) -> Iterator[Guardian]:
        return iter(self._guardians.values())

    def __len__(self) -> int:
        return len(self._guardians)

    def byTerminalId(self, terminalId: str) -> Guardian | None:
        """
        By the name of the entry.
        """
        return self._guardians.get(terminalId)

    def byKey(self, name: bytes) -> tuple[Guardian, PublicKey] | None:
        """
        Whose key it is, and the key, as the registry has it.

        @param name: its 32 octets, or its thumbprint (RFC 7638) in ASCII.
        """
        return self._byKey.get(name)

    def bySPKI(self, spki: bytes) -> Guardian | None:
        """
        @param spki: the SubjectPublicKeyInfo of a certificate that somebody proved to hold.
        """
        return self._byDigest.get(hashlib.sha256(spki).digest())

    def byAlias(self, alias: PartyAddress) -> Guardian | None:
        """
        By one of the names.
        """
        return self._byAlias.get(namesOf(alias))

    def isOf(self, name: PartyAddress, guardian: Guardian) -> bool:
        """
        Whether a name is a guardian's: one of the aliases; or nobody's, with the number or user
        of one, whichever kind of name it is written as, and at whatever host.
        """
        owner = self.byAlias(name)
        if owner is not None:
            return owner is guardian
        number = name.number.casefold()
        return any(alias.number.casefold() == number for alias in guardian.aliases)

    def ownerOf(self, names: tuple[PartyAddress, ...]) -> Guardian | None:
        """
        Whose names all of these are; C{None} if they are not of one entry.
        """
        for name in names:
            guardian = self.byAlias(name) or self.byName(name.number)
            if guardian is not None:
                isTheirs = all(self.isOf(each, guardian) for each in names)
                return guardian if isTheirs else None
        return None

    def byName(self, text: str) -> Guardian | None:
        """
        By the name that goes with a password: an alias, or the user of one.  What two entries
        have in common is nobody's.
        """
        return self._byNumber.get(text.casefold())

    def byAddress(self, host: str) -> Guardian | None:
        """
        @param host: a literal address.
        """
        address = ipaddress.ip_address(host)
        mapped = getattr(address, "ipv4_mapped", None)
        address = address if mapped is None else mapped
        for (version, shift), prefixes in self._networks.items():
            found = prefixes.get(int(address) >> shift) if version == address.version else None
            if found is not None:
                return found
        return None


def _unambiguous(named: Iterable[tuple[str, Guardian]]) -> dict[str, Guardian]:
    found: dict[str, Guardian] = {}
    common: set[str] = set()
    for name, guardian in named:
        if found.setdefault(name, guardian) is not guardian:
            common.add(name)
    return {name: guardian for name, guardian in found.items() if name not in common}


EMPTY = Registry(())
"""
Nobody.
"""
