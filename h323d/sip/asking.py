"""
Whether a SIP server is there: an OPTIONS to it, outside any call (RFC 3261, 11).
"""

from __future__ import annotations

from typing import Protocol

from h323d.sip.agent import SDP
from h323d.sip.calls.causes import retryAfterOf
from h323d.sip.dialogs.routing import domainOf
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI

__all__ = ["OptionsAsker", "askOptions"]

_UNABLE = frozenset((408, 500, 502, 503, 504))  # anything else comes from one that is at work


class OptionsAsker(Protocol):
    """
    Who wants to know.
    """

    def answered(self) -> None:
        """It is there."""

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        """It cannot take calls, or is not there."""


def askOptions(
    endpoint: SIPEndpoint,
    server: SIPURI,
    hop: SIPURI,
    asker: OptionsAsker,
    path: tuple[str, ...] = (),
) -> None:
    """
    Ask a server, or a phone.

    @param server: as it is called.
    @param hop: where it is: a URI with a literal address.
    @param path: the proxies on the way, nearest first (RFC 3327).
    """
    flow = endpoint.flowTo(hop, domainOf(server))
    if flow is None:
        asker.refused("its transport is not spoken here")
        return
    rng, here = endpoint.rng, flow.local
    us = NameAddr(SIPURI(here.host, endpoint.config.user, here.port))
    headers = Headers(
        [
            ("Max-Forwards", "70"),
            *(("Route", f"<{each}>") for each in path),
            ("From", str(us.withTag(f"{rng.getrandbits(48):012x}"))),
            ("To", f"<{server}>"),
            ("Call-ID", f"{rng.getrandbits(64):016x}@{here.host}"),
            ("CSeq", f"{rng.randrange(1, 1 << 16)} OPTIONS"),
            ("Contact", endpoint.contact(flow)),
            ("Accept", SDP),
        ]
    )
    endpoint.send(SIPRequest("OPTIONS", server, headers, b""), _Options(asker), flow)


class _Options:
    """
    An OPTIONS that waits for its answer.
    """

    def __init__(self, asker: OptionsAsker) -> None:
        self._asker = asker

    def responseReceived(self, response: SIPResponse) -> None:
        if response.status in _UNABLE:
            self._asker.refused(f"OPTIONS: {response.status}", retryAfterOf(response))
        elif response.isFinal:
            self._asker.answered()

    def requestTimedOut(self) -> None:
        self._asker.refused("no answer")

    def requestFailed(self) -> None:
        self._asker.refused("no connection")
