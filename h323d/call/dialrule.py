"""
Where we connect to because a peer says so (SIP's Contact and Record-Route, H.323's
C{h245Address}, C{alternativeAddress} and C{destCallSignalAddress}).

A connection of ours comes from our address, from behind our firewall, and with what a peer
has made us write on it.  So nobody has us connect to this machine, or to a link's own
addresses, who is not there; and for H.245 to no third party that the operator has not named.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from h323d.call.complaints import Complaints
from h323d.call.homes import Homes
from h323d.errors import DecodeError
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

__all__ = ["ANYBODY", "ELSEWHERE", "DialGuard", "DialRule"]

ELSEWHERE = "192.0.2.1"
"""
A host that is nobody's (RFC 5737), for who is not known: they are not on this machine.
"""

ANYBODY = Networks(("0.0.0.0/0", "::/0"))

_CONTROL = "h245Address"
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class DialRule:
    """
    Judges addresses by who names them.
    """

    def __init__(self, homes: Homes, thirdParties: Networks = ANYBODY) -> None:
        """
        @param homes: the addresses of this machine, beside loopback, and what peers are told
            instead.  Who comes from what they are told need not be on this machine: it may be
            the address of a NAT.
        @param thirdParties: who may be at the other end of the H.245 of any call.
        """
        self._homes = homes
        self._thirdParties = thirdParties

    def reconfigure(self, thirdParties: Networks) -> None:
        """
        Believe others from now on.
        """
        self._thirdParties = thirdParties

    def objection(self, named: TransportAddress, peer: str, field: str) -> DecodeError | None:
        """
        Why we do not connect, or send, to a place.

        @param peer: the host that the signalling of who names it comes from.
        @param field: where it stands.

        @return: C{None} if we may.
        """
        if not named.isUnicast:
            return DecodeError(f"{named} is no place of one host", field)
        there, here = _plain(named.host), _plain(peer)
        ours = there.is_loopback or self._homes.owns(str(there))
        if there == here or (ours and self._isHere(here)):
            return None
        if ours:
            return DecodeError(f"{named} is on this machine, and the peer is not", field)
        if there.is_link_local:
            return DecodeError(f"{named} is local to a link, and the peer is elsewhere", field)
        return None

    def controlObjection(self, named: TransportAddress, peer: str) -> DecodeError | None:
        """
        The same for the H.245 of a call.

        @param peer: the host that the signalling of the call comes from.
        """
        objection = self.objection(named, peer, _CONTROL)
        if objection is None and not self._isParty(named.host, peer):
            return DecodeError(f"{named} is a third party, not in security.thirdParties", _CONTROL)
        return objection

    def visitorObjection(self, source: TransportAddress, peer: str) -> DecodeError | None:
        """
        Why we do not take a connection for the H.245 of a call; C{None} if we do.

        @param source: where it comes from.
        @param peer: the host that the signalling of the call comes from.
        """
        if self._isParty(source.host, peer):
            return None
        return DecodeError("a stranger connects for the H.245 of another's call", _CONTROL)

    def _isParty(self, host: str, peer: str) -> bool:
        """
        Whether a host may be at the other end of a call's H.245.
        """
        one, other = _plain(host), _plain(peer)
        here = self._isHere(one) and self._isHere(other)
        return one == other or here or host in self._thirdParties

    def _isHere(self, host: _IP) -> bool:
        return host.is_loopback or self._homes.isHere(str(host))


@dataclass(frozen=True, slots=True)
class DialGuard:
    """
    The rule for one peer.  What it may not, is told of.

    @ivar peer: where its signalling comes from.
    """

    rule: DialRule
    complaints: Complaints
    peer: TransportAddress

    def mayName(self, door: str, named: TransportAddress, field: str) -> bool:
        """
        Whether the peer may have us connect to a place.

        @param door: as in L{Complaints.about}.
        """
        return self._unopposed(door, self.peer, self.rule.objection(named, self.peer.host, field))

    def mayNameControl(self, named: TransportAddress) -> bool:
        """
        Whether its H.245 may be there.
        """
        objection = self.rule.controlObjection(named, self.peer.host)
        return self._unopposed("h225", self.peer, objection)

    def admitsControl(self, source: TransportAddress) -> bool:
        """
        Whether a connection from there may be its H.245.
        """
        objection = self.rule.visitorObjection(source, self.peer.host)
        return self._unopposed("h245", source, objection)

    def _unopposed(
        self, door: str, source: TransportAddress, objection: DecodeError | None
    ) -> bool:
        if objection is not None:
            self.complaints.about(door, source, objection)
        return objection is None


def _plain(host: str) -> _IP:
    """
    An address; of an IPv4 one within IPv6, the IPv4 one.
    """
    address = ipaddress.ip_address(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped
