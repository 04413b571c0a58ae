"""
What is said of streams that are not taken.

The part of L{h323d.sip.sdp.negotiation} that the peer, and whoever looks after the server, are told
why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from h323d.errors import RemoteProtocolError
from h323d.sip.messages.grammar import writeHost
from h323d.sip.sdp.description import MediaDescription, SessionDescription
from h323d.sip.sdp.encrypting import AGREED, PLAIN, SECURE, wantedOf
from h323d.sip.sdp.lines import LocalMedia
from h323d.sip.sdp.payloads import formatsOf
from h323d.sip.sdp.streams import Obstacle
from h323d.values.cause import Cause
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile

__all__ = ["NoCommonMedia", "noFormat", "refusal"]

_UNSHOWABLE = re.compile(r"[^A-Za-z0-9.+_/-]")
_MAX_SHOWN = 32


class NoCommonMedia(RemoteProtocolError):
    """
    Nothing that both sides can do: 488 for an offer, the end of the call for an answer.

    @ivar obstacle: what it is that they cannot do together.
    @ivar formats: that there would have been, if that is why.
    """

    def __init__(
        self, obstacle: Obstacle, reason: str, formats: tuple[MediaFormat, ...] = ()
    ) -> None:
        """
        @param reason: made safe to show.
        """
        super().__init__(Cause.BEARER_CAPABILITY_NOT_IMPLEMENTED, reason)
        self.obstacle = obstacle
        self.formats = formats

    def warning(self, host: str) -> str:
        """
        What a Warning header field says of it (RFC 3261, 20.43).

        @param host: who warns.
        """
        return f'{self.obstacle.value} {writeHost(host)} "{self.reason}"'


def refusal(
    obstacle: Obstacle, wanted: MediumProfile, offer: SessionDescription, local: LocalMedia
) -> NoCommonMedia:
    """
    What keeps an offer from being taken.

    @param obstacle: that of the stream which came furthest.
    """
    name = wanted.medium.value
    lines = [line for line in offer.media if line.medium is wanted.medium]
    if obstacle is Obstacle.MEDIA_FORMAT:
        return noFormat(lines, wanted)
    if obstacle is Obstacle.NETWORK_ADDRESS_FORMAT:
        family = "IPv6" if ":" in local.host else "IPv4"
        return NoCommonMedia(obstacle, f"no {family} unicast address for the {name}")
    if obstacle is Obstacle.TRANSPORT_PROTOCOL:
        theirs = _shown(line.protocol for line in lines)
        ours = f"{PLAIN} only" if local.encrypting is None else f"{PLAIN}, {SECURE} and {AGREED}"
        return NoCommonMedia(obstacle, f"{name} by {theirs}, and we have {ours}")
    if obstacle is Obstacle.ENCRYPTION:
        needed = " or ".join(dict.fromkeys(map(wantedOf, lines)))
        return NoCommonMedia(obstacle, f"no {needed} that we can use for the {name}")
    return NoCommonMedia(obstacle, f"no {name} is offered")


def noFormat(lines: Iterable[MediaDescription], wanted: MediumProfile) -> NoCommonMedia:
    """
    @param lines: whose formats are not ours.
    """
    theirs = _shown(str(fmt) for line in lines for fmt in formatsOf(line).values())
    ours = " ".join(map(str, wanted.formats))
    reason = f"no common format; they have {theirs}, we {ours}"
    spoken = wanted.formats if wanted.medium is Medium.AUDIO else ()
    return NoCommonMedia(Obstacle.MEDIA_FORMAT, reason, spoken)


def _shown(names: Iterable[str]) -> str:
    """
    @return: what a peer names, each once, safe to show.
    """
    safe = dict.fromkeys(_UNSHOWABLE.sub("?", name)[:_MAX_SHOWN] for name in names)
    return " ".join(tuple(safe)[:_MAX_SHOWN]) or "none"
