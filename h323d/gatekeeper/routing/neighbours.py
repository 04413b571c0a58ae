"""
Neighbours: the gatekeepers of other zones, as they are configured.

They are asked for the names that they serve, and may ask us.  Those that have a
password are believed only where they prove it, which is
L{h323d.gatekeeper.security.neighbours}'s to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.lookups import IFiles
from h323d.errors import ConfigurationError
from h323d.gatekeeper.routing.chain import Called, Finding, ICalledPolicy
from h323d.gatekeeper.routing.config import NeighbourConfig
from h323d.gatekeeper.routing.inquiries import Gatekeeper, Inquiries
from h323d.gatekeeper.routing.prefixes import PrefixTable
from h323d.gatekeeper.security.passwords import Secret, passwordIn
from h323d.h323.security.h235 import keyOf
from h323d.values.address import PartyAddress, TransportAddress

__all__ = ["Neighbourhood", "Neighbours", "readSecrets"]

_NOBODY: Mapping[str, Secret] = MappingProxyType({})


def readSecrets(
    neighbours: Sequence[NeighbourConfig], ourselves: str, files: IFiles
) -> dict[str, Secret]:
    """
    What neighbours prove themselves with, by their names; those that have no
    password are left out.

    @param ourselves: our C{gatekeeperIdentifier}.  Who called itself the same
        could send us what we have signed.

    @raise ConfigurationError: a file cannot be read, or has no password; or
        one calls itself as we do.
    """
    secrets = {}
    for index, neighbour in enumerate(neighbours):
        if not neighbour.signs:
            continue
        place, identity = f"routing.neighbours[{index}]", neighbour.signsAs
        if identity == ourselves:
            raise ConfigurationError(
                f"{place}.sendersID", f"{identity!r} is what we call ourselves"
            )
        password = neighbour.password
        password = password or passwordIn(files, neighbour.passwordFile, f"{place}.passwordFile")
        secrets[neighbour.name] = Secret(
            identity, frozenset((identity,)), password, keyOf(password), neighbour.scheme.value
        )
    return secrets


class Neighbourhood:
    """
    Who the neighbours are.
    """

    def __init__(
        self, neighbours: Iterable[NeighbourConfig], secrets: Mapping[str, Secret] = _NOBODY
    ) -> None:
        """
        @param secrets: as L{readSecrets} has them.
        """
        self._serving: PrefixTable[NeighbourConfig] = PrefixTable()
        self._byHost: dict[str, list[NeighbourConfig]] = {}
        self._secrets: dict[TransportAddress, Secret] = {}
        self._secretsAt: dict[str, dict[str, Secret]] = {}
        for neighbour in neighbours:
            self._byHost.setdefault(neighbour.ras.host, []).append(neighbour)
            for prefix in neighbour.prefixes:
                self._serving.add(prefix, neighbour)
            secret = secrets.get(neighbour.name)
            if secret is not None:
                self._secrets[neighbour.ras] = secret
                self._secretsAt.setdefault(neighbour.ras.host, {})[secret.identity] = secret

    def at(self, source: TransportAddress, proved: str = "") -> NeighbourConfig | None:
        """
        The neighbour that a message came from.  Of several at one host, that
        which it proved to be, or that with the port; a neighbour need not ask
        from the port where it is asked.

        @param proved: what the sender called itself when it proved to be that.
        """
        known = self._byHost.get(source.host)
        if not known:
            return None
        if proved in self.secretsAt(source.host):
            return next(each for each in known if each.signs and each.signsAs == proved)
        return next((each for each in known if each.ras.port == source.port), known[0])

    def secretsAt(self, host: str) -> Mapping[str, Secret]:
        """
        What neighbours at a host have to prove, by what each calls itself.
        """
        return self._secretsAt.get(host, _NOBODY)

    def secretOf(self, ras: TransportAddress) -> Secret | None:
        """
        What the neighbour that is asked at an address has to prove; C{None}
        for nothing.
        """
        return self._secrets.get(ras)

    def rounds(self, names: Iterable[PartyAddress]) -> list[list[Gatekeeper]]:
        """
        Whom to ask for any of some names, in which order: longer prefixes
        before shorter ones, then by priority.
        """
        ranks: dict[NeighbourConfig, tuple[int, int]] = {}
        for name in names:
            for prefix, neighbour in self._serving.matching(name.number):
                rank = (-len(prefix), neighbour.priority)
                ranks[neighbour] = min(ranks.get(neighbour, rank), rank)
        rounds: dict[tuple[int, int], list[Gatekeeper]] = {}
        for neighbour, rank in ranks.items():
            rounds.setdefault(rank, []).append(Gatekeeper(neighbour.ras, neighbour.timeout))
        return [rounds[rank] for rank in sorted(rounds)]


@implementer(ICalledPolicy)
class Neighbours:
    """
    Asks the neighbours.
    """

    name = "neighbours"

    def __init__(self, neighbourhood: Neighbourhood, inquiries: Inquiries, hopCount: int) -> None:
        """
        @param hopCount: how many gatekeepers a question of ours may pass; one
            that is passed on has fewer left.
        """
        self._neighbourhood = neighbourhood
        self._inquiries = inquiries
        self._hopCount = hopCount

    def find(self, called: Called) -> Deferred[Finding] | None:
        rounds = self._neighbourhood.rounds(called.names)
        if not rounds:
            return None
        return self._inquiries.ask(called.within(self._hopCount), rounds)
