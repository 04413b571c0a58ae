"""
Which call model a call has.

Pure: each party has the model of the rule that fits it best, and the call the
stricter one of the two.  A look-up costs the same however many rules there are.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.values.address import PartyAddress

__all__ = ["CallModels", "Endpoint", "stricter"]

_STRICTNESS = {model: strictness for strictness, model in enumerate(CallModel)}


def stricter(one: CallModel, other: CallModel) -> CallModel:
    """
    The model by which more of a call goes through us.
    """
    return max(one, other, key=_STRICTNESS.__getitem__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One party of a call.

    @ivar names: what it is called.
    @ivar host: where it is; empty if that is not known.
    @ivar traversal: whether only it can open connections (H.460.18): its calls can only go
        through us, all of them.
    """

    names: tuple[PartyAddress, ...]
    host: str = ""
    traversal: bool = False

    @classmethod
    def registered(
        cls, registration: Registration | None, names: tuple[PartyAddress, ...], host: str
    ) -> Endpoint:
        """
        @param registration: its names count, too.
        """
        if registration is None:
            return cls(names, host)
        return cls((*names, *registration.aliases), host, registration.traversal)


class CallModels:
    """
    The rules, by what they look at.

    @ivar anyRouted: whether there is any other model than the direct one.
    """

    def __init__(self, config: RoutedConfig) -> None:
        self._default = config.model
        self._aliases: dict[str, CallModel] = {}
        self._prefixes: dict[str, CallModel] = {}
        self._networks: dict[tuple[int, int, int], CallModel] = {}
        for rule in config.rules:
            for alias in rule.aliases:
                self._aliases.setdefault(alias, rule.model)
            for prefix in rule.prefixes:
                self._prefixes.setdefault(prefix, rule.model)
            for text in rule.networks:
                network = ipaddress.ip_network(text)
                key = (network.version, network.prefixlen, int(network.network_address))
                self._networks.setdefault(key, rule.model)
        self._prefixLengths = _longestFirst(len(prefix) for prefix in self._prefixes)
        self._maskLengths = {
            version: _longestFirst(key[1] for key in self._networks if key[0] == version)
            for version in (4, 6)
        }
        models = {config.model, *(rule.model for rule in config.rules)}
        self.anyRouted = models != {CallModel.DIRECT}

    def choose(self, caller: Endpoint, called: Endpoint) -> CallModel:
        """
        The model of a call.
        """
        if caller.traversal or called.traversal:
            return CallModel.PROXIED
        if not self.anyRouted:
            return CallModel.DIRECT
        return stricter(self._modelOf(caller), self._modelOf(called))

    def _modelOf(self, party: Endpoint) -> CallModel:
        for name in party.names:
            if (model := self._aliases.get(name.value)) is not None:
                return model
        for name in party.names:
            number = name.number
            for length in self._prefixLengths:
                if (model := self._prefixes.get(number[:length])) is not None:
                    return model
        return self._modelOfHost(party.host)

    def _modelOfHost(self, host: str) -> CallModel:
        if not host or not self._networks:
            return self._default
        address = ipaddress.ip_address(host)
        for length in self._maskLengths[address.version]:
            shift = address.max_prefixlen - length
            key = (address.version, length, int(address) >> shift << shift)
            if (model := self._networks.get(key)) is not None:
                return model
        return self._default


def _longestFirst(lengths: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(lengths), reverse=True))
