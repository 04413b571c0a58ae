"""
What a caller proposes by fast connect of one medium (H.323, 8.1.7): channels for both
directions, for each of its formats.

Calls that speak alike propose the same, but for where they receive.  An address stands in octets
of its own in PER; so all else is encoded once, and each call puts its addresses into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.kinds import Kind
from h323d.h323.h245.parameters import MediaAddresses, forwardChannel, reverseChannel
from h323d.values.address import TransportAddress
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediumProfile

__all__ = ["Proposals", "proposals"]

RECEIVE_NUMBER = 1  # of every channel that the called side is to send on: it renumbers
_CACHED = 128  # profiles of a medium
_SAMPLES = {
    isIPv6: MediaAddresses(TransportAddress(host, 54321), TransportAddress(host, 54322))
    for isIPv6, host in ((False, "192.0.2.86"), (True, "2001:db8:ad8e:55::e5a4"))
}
"""Addresses that nobody has (RFC 5737, RFC 3849), in whose place ours are put."""


@dataclass(frozen=True, slots=True)
class _Outline:
    """
    An encoded C{OpenLogicalChannel} without our addresses.

    @ivar namesRTP: it has both, and not that of RTCP alone.
    """

    begin: bytes
    namesRTP: bool
    between: bytes
    end: bytes

    def at(self, rtp: bytes, rtcp: bytes) -> bytes:
        place = self.begin + rtp if self.namesRTP else b""
        return place + self.between + rtcp + self.end


@dataclass(frozen=True, slots=True)
class Proposals:
    """
    @ivar formats: what may be received, by payload type; empty if nothing is to be.
    @ivar count: how many numbers of channels they take.
    """

    formats: Mapping[int, MediaFormat]
    count: int
    outlines: tuple[_Outline, ...]

    def at(self, here: MediaAddresses) -> Iterator[bytes]:
        """
        The elements of C{fastStart}, in order of preference.
        """
        rtp, rtcp = _octets(here.rtp), _octets(here.rtcp)
        for outline in self.outlines:
            yield outline.at(rtp, rtcp)


@lru_cache(_CACHED)  # all calls offer the same few
def proposals(kind: Kind, wanted: MediumProfile, first: int, isIPv6: bool) -> Proposals:
    """
    @param first: the number of the first channel that we send on.
    @param isIPv6: of which version our addresses are.
    """
    sample = _SAMPLES[isIPv6]
    outlines: list[_Outline] = []
    formats: dict[int, MediaFormat] = {}
    abilities = kind.sendable(wanted)
    for number, ability in enumerate(abilities, first):
        if wanted.direction.receives:
            channel = reverseChannel(RECEIVE_NUMBER, kind, ability, sample.rtp, sample.rtcp)
            outlines.append(_outline(h245.encode("OpenLogicalChannel", channel), sample))
            formats[ability.payloadType] = ability.format
        if wanted.direction.sends:
            channel = forwardChannel(number, kind, ability, sample.rtcp)
            outlines.append(_outline(h245.encode("OpenLogicalChannel", channel), sample))
    return Proposals(MappingProxyType(formats), len(abilities), tuple(outlines))


def _outline(octets: bytes, sample: MediaAddresses) -> _Outline:
    before, _, end = octets.rpartition(_octets(sample.rtcp))
    begin, found, between = before.rpartition(_octets(sample.rtp))
    return _Outline(begin, bool(found), between, end)


def _octets(address: TransportAddress) -> bytes:
    """
    As C{network} and C{tsapIdentifier} are encoded.
    """
    return address.packed + address.port.to_bytes(2)
