"""
Notes the messages of a RAS channel where they come in and leave.

What speaks of a call is noted under its C{callIdentifier}, and so is what answers that; the rest,
of registrations above all, is of no call.
"""

from __future__ import annotations

from collections import OrderedDict

from twisted.internet.interfaces import IReactorTime

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.errors import DecodeError, EncodeError
from h323d.h323.ras.messages import (
    Fields,
    RASMessage,
    callIdentifierIn,
    decodeRAS,
    encodeRAS,
    isRequest,
)
from h323d.h323.signalling.masking import withoutSecrets
from h323d.values.address import TransportAddress

__all__ = ["WireTap"]

MAXIMUM_ASKED = 1024  # requests about calls whose answers are waited for

_MAY_HAVE_SECRETS = frozenset(
    ("tokens", "cryptoTokens", "integrityCheckValue", "alternateEndpoints", "perCallInfo")
)
_Asked = tuple[str, int, bool]  # with which host, a requestSeqNum, whether it is ours


class WireTap:
    """
    Notes the messages of one channel.
    """

    def __init__(self, clock: IReactorTime, wire: IWireLog) -> None:
        self._clock = clock
        self._wire = wire
        self._asked: OrderedDict[_Asked, str] = OrderedDict()  # names of calls

    def note(
        self,
        local: TransportAddress,
        peer: TransportAddress,
        sent: bool,
        octets: bytes,
        message: RASMessage | None,
    ) -> None:
        """
        @param message: what the octets say; C{None} where nobody has read them yet.
        """
        try:
            said = message or decodeRAS(octets)
            shown = _masked(said, octets)
        except (DecodeError, EncodeError):  # it says what we would not repeat
            return
        noted = WireMessage(
            self._clock.seconds(), WireProtocol.RAS, "UDP", sent, local, peer, shown
        )
        self._wire.seen(self._nameOf(said, peer.host, sent), noted)

    def _nameOf(self, message: RASMessage, host: str, sent: bool) -> str:
        """
        @return: of its call; empty for what is of none.
        """
        identifier = callIdentifierIn(message.fields)
        if identifier:
            name = identifier.hex()
            if isRequest(message):
                self._remember((host, message.requestSeqNum, sent), name)
            return name
        if not self._asked or isRequest(message):
            return ""
        return self._asked.get((host, message.requestSeqNum, not sent), "")

    def _remember(self, asked: _Asked, name: str) -> None:
        self._asked[asked] = name
        self._asked.move_to_end(asked)
        if len(self._asked) > MAXIMUM_ASKED:
            self._asked.popitem(last=False)


def _masked(message: RASMessage, octets: bytes) -> bytes:
    """
    @return: the octets, encoded anew where there are secrets in them.

    @raise EncodeError: it says what we would not say.
    """
    fields: Fields = message.fields
    if _MAY_HAVE_SECRETS.isdisjoint(fields):
        return octets
    without = withoutSecrets(fields)
    return octets if without == fields else encodeRAS(RASMessage(message.name, without))
