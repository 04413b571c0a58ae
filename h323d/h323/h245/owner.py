"""
What an H.245 session needs of the leg that owns it.
"""

from __future__ import annotations

import enum
from typing import Protocol

from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.messages import Message
from h323d.values.media.digits import DigitMethod
from h323d.values.media.medium import Medium
from h323d.values.media.streams import ReceiveFormat, TransmitFormat

__all__ = ["H245Failure", "H245Owner"]


class H245Failure(enum.Enum):
    """
    Why a session cannot do its work.  The call may go on without it where
    fast start has opened media; that is for the owner to say.
    """

    NO_ROLE = "no master-slave determination"
    NO_CAPABILITIES = "no capability exchange"
    NO_COMMON_FORMAT = "no common format"
    NO_CHANNEL = "the peer opens no channel of ours"
    NO_BANDWIDTH = "there is not bandwidth enough for any channel of ours"
    PEER_SILENT = "round trip requests stay unanswered"


class H245Owner(Protocol):
    """
    What a session needs of the leg that owns it.  The session calls these
    while it is being called itself, or from the clock; none may raise.  The
    owner may call back at once.
    """

    def sendControl(self, message: Message) -> None:
        """
        Encode and send C{message}, a C{MultimediaSystemControlMessage}.
        Several may come from one call, in order.
        """

    def h245TransmitReady(self, medium: Medium, transmit: TransmitFormat) -> None:
        """
        We may send C{medium}: for the first time, or otherwise than before.
        """

    def h245TransmitStopped(self, medium: Medium) -> None:
        """
        We may send no more of it, until L{h245TransmitReady}.
        """

    def h245ReceiveReady(self, medium: Medium, receive: ReceiveFormat) -> None:
        """
        The peer may send C{medium}: for the first time, or otherwise than before.
        """

    def h245ReceiveStopped(self, medium: Medium) -> None:
        """
        The peer sends no more of it, until L{h245ReceiveReady}.
        """

    def h245Digit(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        The peer signalled a key, by H.245 (one of two C{DigitMethod.H245_...}).
        """

    def h245PictureWanted(self) -> None:
        """
        The peer wants a whole picture.
        """

    def h245RemoteCapabilities(self, capabilities: RemoteCapabilities) -> None:
        """
        The peer said what it can do; may come again at any time.  An empty
        set (C{capabilities.isEmpty}) holds the call.
        """

    def h245Ended(self) -> None:
        """
        The session is over: the peer ended it, or answered our C{end()}, or
        did not within 3 seconds.  Comes once; nothing follows.
        """

    def h245Failed(self, failure: H245Failure) -> None:
        """
        The session cannot do its work.  It goes on answering until it is
        ended or stopped.
        """

    def h245RoundTrip(self, seconds: float) -> None:
        """
        How long an H.245 question and its answer took.
        """
