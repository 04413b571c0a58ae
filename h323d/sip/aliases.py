"""
Connections that others have opened and want to be reached by (RFC 5923): who says C{alias} in Via
is called by the same connection, and need not be dialled.

Over TLS alone, and where whoever has opened it proves to be who would have to prove it if we
dialled: or somebody else at that address, behind the same NAT, say, could have our requests come
to them.  Over TCP, nobody proves anything.
"""

from __future__ import annotations

from h323d.sip.messages.via import Via
from h323d.sip.ports import defaultPort
from h323d.sip.streamflow import StreamFlow
from h323d.values.address import TransportAddress

__all__ = ["Aliases"]


class Aliases:
    """
    Those that are open, one name for each at most.
    """

    def __init__(self) -> None:
        self._byAddress: dict[TransportAddress, StreamFlow] = {}
        self._ofFlow: dict[StreamFlow, TransportAddress] = {}

    def __len__(self) -> int:
        return len(self._ofFlow)

    def heard(self, via: Via, flow: StreamFlow) -> None:
        """
        A request has come.

        @param via: its topmost.
        """
        if flow.protocol != "TLS" or flow in self._ofFlow or not via.isAlias:
            return
        address = TransportAddress(flow.peer.host, via.port or defaultPort("TLS"))
        before = self._byAddress.get(address)
        if before is not None:
            del self._ofFlow[before]
        self._byAddress[address] = flow
        self._ofFlow[flow] = address

    def by(self, address: TransportAddress, domain: str) -> StreamFlow | None:
        """
        @param domain: the SIP domain that whoever is there has to speak for; empty for none.

        @return: the connection of who is there; C{None} if there is none that may be used.
        """
        flow = self._byAddress.get(address)
        usable = flow is not None and flow.usable and flow.mayBe(address, domain)
        return flow if usable else None

    def gone(self, flow: StreamFlow) -> None:
        """
        It is closed.
        """
        address = self._ofFlow.pop(flow, None)
        if address is not None:
            del self._byAddress[address]
