"""
Sets of IP networks, as configurations list them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from h323d.values.address import literalAddress

__all__ = ["Networks"]


@dataclass(frozen=True, slots=True)
class Networks:
    """
    A set of networks.

    @ivar texts: as they were listed, as in C{"192.0.2.0/24"}, or single addresses.
    """

    texts: Sequence[str]
    _byLength: dict[tuple[int, int], set[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        byLength: dict[tuple[int, int], set[int]] = {}
        for text in self.texts:
            network = ipaddress.ip_network(text)
            shift = network.max_prefixlen - network.prefixlen
            prefixes = byLength.setdefault((network.version, shift), set())
            prefixes.add(int(network.network_address) >> shift)
        object.__setattr__(self, "texts", tuple(self.texts))
        object.__setattr__(self, "_byLength", byLength)

    def __bool__(self) -> bool:
        return bool(self._byLength)

    def __contains__(self, host: object) -> bool:
        """
        @param host: a literal address, as text.
        """
        if not self._byLength:
            return False
        address = literalAddress(str(host))
        mapped = getattr(address, "ipv4_mapped", None)
        version, number = (address.version, int(address))
        if mapped is not None:
            version, number = 4, int(mapped)
        for (each, shift), prefixes in self._byLength.items():
            if version == each and number >> shift in prefixes:
                return True
        return False
