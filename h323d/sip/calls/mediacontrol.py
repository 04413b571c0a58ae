"""
That the other side wants a whole picture, in INFO requests: RFC 5168.

Of what this document can say, C{picture_fast_update} alone asks for something; an error of the
peer's encoder is of no interest.
"""

from __future__ import annotations

from typing import Protocol
from xml.etree import ElementTree

from h323d.call.legmedia import LegMedia
from h323d.errors import DecodeError
from h323d.sip.agent import CONTROL, NOBODY, UserAgent
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.transactions.running import ServerTransaction
from h323d.values.media.medium import Medium

__all__ = ["LegPictures", "LegPicturesOwner", "wantsPicture"]

MAX_BODY = 4096  # octets

WANTED = b"""<?xml version="1.0" encoding="utf-8"?>\r
<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive>\
</media_control>\r
"""


def wantsPicture(body: bytes) -> bool:
    """
    Whether a document asks for a whole picture.

    @raise DecodeError: it is malformed, or more than such a document needs to be.
    """
    if len(body) > MAX_BODY or b"<!" in body:  # nor has it entities to be expanded
        raise DecodeError("no document of media control", "body")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise DecodeError("malformed XML", "body") from None
    return any(each.tag.rpartition("}")[2] == "picture_fast_update" for each in root.iter())


class LegPicturesOwner(Protocol):
    """
    What L{LegPictures} need of the leg that they are part of.
    """

    def pictureWanted(self) -> None:
        """The peer wants a whole picture."""


class LegPictures:
    """
    Asks the peer of one leg for a whole picture, and hears it ask.
    """

    def __init__(
        self, owner: LegPicturesOwner, agent: UserAgent, end: DialogEnd, media: LegMedia
    ) -> None:
        self._owner = owner
        self._agent = agent
        self._end = end
        self._media = media

    def ask(self) -> None:
        """
        Where it sends any, and takes INFO.
        """
        dialog, video = self._end.confirmed, self._media.of(Medium.VIDEO)
        if dialog is not None and video.stream.receive is not None and self._end.takes("info"):
            request = self._end.request(dialog, "INFO", WANTED, CONTROL)
            self._agent.send(request, NOBODY, self._end.flow)

    def informed(self, transaction: ServerTransaction) -> None:
        """
        Answer an INFO of the peer.

        @raise DecodeError: it cannot be read.
        """
        wants = wantsPicture(transaction.request.body)
        self._end.respond(transaction, 200)
        if wants:
            self._owner.pictureWanted()
