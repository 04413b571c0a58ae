"""
What peers are told instead of the address that they reach: looked up, where it has a name.

A name stands for an address that may change, as that of a line to the Internet does; it is
asked for when the server starts, and when its configuration is read again.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from h323d.call.homes import Advertised, Homes
from h323d.call.lookups import HostRecord, INames
from h323d.call.parts import Change, Commit
from h323d.call.timer import Timer

__all__ = ["EVERYBODY", "Advertisement", "Advertising"]

EVERYBODY = ("0.0.0.0/0", "::/0")
RETRY = 30.0  # seconds until a name is asked for again that nobody knew


@dataclass(frozen=True, slots=True)
class Advertisement:
    """
    What an operator wants told.

    @ivar network: to whom, as in C{"10.0.0.0/8"}.
    @ivar host: a literal address, or a name.
    """

    network: str
    host: str


class Advertising:
    """
    Keeps our L{Homes} told of what is advertised.
    """

    _log = Logger()

    def __init__(self, homes: Homes, names: INames, clock: IReactorTime) -> None:
        self._homes = homes
        self._names = names
        self._retry = Timer(clock)
        self._wanted: tuple[Advertisement, ...] = ()
        self._known: dict[str, tuple[str, ...]] = {}

    def prepare(self, wanted: tuple[Advertisement, ...]) -> Commit:
        """
        Have something else to advertise; names are looked up again in any case.
        """
        return Change(self, wanted)

    def reconfigure(self, wanted: tuple[Advertisement, ...]) -> None:
        """
        Advertise this from now on, names as soon as they are found; until then a peer is told
        the address that it reaches, or that the name had before.
        """
        self._wanted = wanted
        hosts = tuple(dict.fromkeys(each.host for each in wanted))
        self._known = {host: self._known.get(host, ()) for host in hosts}
        self._known |= {host: (host,) for host in hosts if _isLiteral(host)}
        self._homes.advertise(self._advertised())
        self._retry.stop()
        self._look(tuple(host for host in hosts if not _isLiteral(host)))

    def close(self) -> None:
        """
        Look for nothing any more.
        """
        self._wanted, self._known = (), {}
        self._retry.stop()

    def _look(self, hosts: tuple[str, ...]) -> None:
        for host in hosts:
            looking = self._names.hosts(host)
            looking.addCallbacks(self._found, self._notFound, (host,), errbackArgs=(host,))

    def _found(self, records: tuple[HostRecord, ...], host: str) -> None:
        if host not in self._known:  # which is not wanted any more
            return
        if not records:
            self._missing(host, "it has no address")
            return
        self._known[host] = tuple(each.address for each in records)
        self._homes.advertise(self._advertised())
        self._log.info(
            "peers are told {addresses}, which is {host}", addresses=self._known[host], host=host
        )

    def _notFound(self, failure: Failure, host: str) -> None:
        if host in self._known:
            self._missing(host, failure.getErrorMessage())

    def _missing(self, host: str, reason: str) -> None:
        self._log.warn(
            "server.advertise: {host} is not found, and not told: {reason}",
            host=host,
            reason=reason,
        )
        if not self._retry.running:
            self._retry.start(RETRY, self._lookAgain)

    def _lookAgain(self) -> None:
        self._look(tuple(host for host, addresses in self._known.items() if not addresses))

    def _advertised(self) -> list[Advertised]:
        found = []
        for each in self._wanted:
            network = ipaddress.ip_network(each.network)
            for address in self._known[each.host]:
                if ipaddress.ip_address(address).version == network.version:
                    found.append(Advertised(network, address))
                    break
        return found


def _isLiteral(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
