"""
The look-ups of the registration table that can have several answers: who has a
name, where names may be shared, and which gateways serve a prefix.

They hold endpoint identifiers, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from h323d.values.address import AddressKind, PartyAddress

__all__ = ["NameIndex", "PrefixIndex"]

_KINDS = tuple(AddressKind)


class NameIndex:
    """
    Who has which name.  Nearly every name is one endpoint's alone, and costs
    one entry.
    """

    def __init__(self) -> None:
        self._first: dict[PartyAddress, str] = {}
        self._sharing: dict[PartyAddress, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._first)

    def first(self, name: PartyAddress) -> str | None:
        """
        Who has a name, and has had it for longest.
        """
        return self._first.get(name)

    def all(self, name: PartyAddress) -> Iterable[str]:
        """
        Everybody who has a name, in the order in which they came.
        """
        first = self._first.get(name)
        if first is None:
            return ()
        sharing = self._sharing.get(name)
        return (first,) if sharing is None else tuple(sharing)

    def allCalled(self, text: str) -> Iterator[str]:
        """
        Everybody who has a name of that text, of whatever kind; more than once who has several.
        """
        for kind in _KINDS:
            yield from self.all(PartyAddress(kind, text))

    def add(self, name: PartyAddress, endpointId: str) -> None:
        first = self._first.setdefault(name, endpointId)
        if first != endpointId:
            self._sharing.setdefault(name, {first: None})[endpointId] = None

    def remove(self, name: PartyAddress, endpointId: str) -> None:
        """
        @raise KeyError: it does not have that name.
        """
        sharing = self._sharing.get(name)
        if sharing is None:
            del self._first[name]
            return
        del sharing[endpointId]
        self._first[name] = next(iter(sharing))
        if len(sharing) == 1:
            del self._sharing[name]


class PrefixIndex:
    """
    Which gateways serve which beginnings of numbers.  A look-up costs a step
    for each digit at most, however many prefixes there are.
    """

    def __init__(self) -> None:
        self._gateways: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._gateways)

    def longest(self, digits: str) -> Iterable[str]:
        """
        Everybody with the longest prefix that C{digits} has, in the order in
        which they came.
        """
        if self._gateways:
            for length in range(len(digits), 0, -1):
                found = self._gateways.get(digits[:length])
                if found is not None:
                    return found
        return ()

    def add(self, prefix: str, endpointId: str) -> None:
        self._gateways.setdefault(prefix, {})[endpointId] = None

    def remove(self, prefix: str, endpointId: str) -> None:
        """
        @raise KeyError: it does not serve that prefix.
        """
        gateways = self._gateways[prefix]
        del gateways[endpointId]
        if not gateways:
            del self._gateways[prefix]
