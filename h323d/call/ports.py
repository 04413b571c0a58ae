"""
Pairs of ports for RTP and RTCP, as whoever opens a call's media has them: not what comes by them.
"""

from __future__ import annotations

from zope.interface import Attribute, Interface

from h323d.call.applications import Priority

__all__ = ["IPortPair", "IPortSource"]


class IPortPair(Interface):
    """
    An RTP and an RTCP port, bound, on their way to whoever sends and receives by
    them.
    """

    rtp = Attribute("the L{TransportAddress} of the RTP port")
    rtcp = Attribute("the L{TransportAddress} of the RTCP port")

    def close() -> None:
        """
        Free both; only whoever owns the pair calls this.
        """


class IPortSource(Interface):
    """
    Where port pairs come from.
    """

    def bind(host: str, priority: Priority = Priority.NORMAL) -> IPortPair:
        """
        @param host: the local address.
        @param priority: that of what is sent from there.

        @raise h323d.errors.ResourceUnavailable: no pair is left.
        """
