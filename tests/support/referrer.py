"""
Those who have others call somebody else in their place, and say what no telephone of ours would:
by REFER, and by H.450.2.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1 import h450_1, h450_2
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.calls.supplementary import CALL_TRANSFER_IDENTIFY, CALL_TRANSFER_INITIATE
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import Start
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import TransportAddress
from tests.support.bridged import SERVER, SIP, sipPhone
from tests.support.h245peers import soundAt
from tests.support.h323 import ScriptedPeer as H323Peer
from tests.support.simulatedphone import PROFILE
from tests.support.simulation import Simulation
from tests.support.sippeers import ScriptedPeer, offerBody, request, responseTo

__all__ = ["SECOND", "H323Referrer", "Referrer"]

HOST, TERMINAL = "10.0.0.3", "10.0.0.9"
SECOND = "second"  # the Call-ID of the call in which it consults somebody


class Referrer(ScriptedPeer):
    """
    A registered SIP phone that takes whatever it is asked within its calls.

    @ivar talking: whether its call is answered.
    @ivar consulting: whether its second call is.
    @ivar acknowledges: whether it does, when it is answered.
    """

    def __init__(self, world: Simulation, host: str = HOST, alias: str = "script") -> None:
        sipPhone(world, host, alias, 1000).close()
        super().__init__(world, host)
        self.talking = self.consulting = False
        self.acknowledges = True
        self._callId = "call"
        self._tags: dict[str, str] = {}  # of the other side, by Call-ID
        self._cseq = 1

    def send(self, text: str | bytes, destination: TransportAddress) -> None:
        data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
        super().send(data.replace(HOST.encode(), self.address.host.encode()), destination)

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        super().datagramReceived(data, source)
        message = self.messages[-1]
        if isinstance(message, SIPRequest):
            self._requested(message)
        elif message.status == 200 and message.cseq.method == "INVITE":
            self._answered(message)

    def _requested(self, message: SIPRequest) -> None:
        if message.method == "ACK":
            self.talking = True
            return
        offer = message.method == "INVITE"
        if offer and message.toAddress.tag is None:
            self._callId = message.callId
            self._tags[self._callId] = message.fromAddress.tag or ""
        self.send(responseTo(message, 200, body=offerBody() if offer else ""), SIP)

    def _answered(self, message: SIPResponse) -> None:
        self._tags[message.callId] = message.toAddress.tag or ""
        if message.callId == SECOND:
            self.consulting = True
        else:
            self.talking = True
        if self.acknowledges:
            self._say("ACK", message.cseq.number, callId=message.callId)

    def call(self, number: str) -> None:
        """
        Call somebody.
        """
        self.send(request("INVITE", uri=f"sip:{number}@{SERVER}", body=offerBody()), SIP)

    def acknowledge(self, callId: str) -> None:
        """
        Do so late, with a call whose INVITE was its first request.
        """
        self._say("ACK", 1, callId=callId)

    def consult(self, number: str, replaces: str = "", formats: str = "0 8") -> None:
        """
        Call somebody else, while the first call goes on; or in the place of a call.
        """
        text = request(
            "INVITE",
            branch=f"z9hG4bK{SECOND}",
            callId=SECOND,
            uri=f"sip:{number}@{SERVER}",
            extra=f"Replaces: {replaces}\n" if replaces else "",
            body=offerBody(formats=formats),
        )
        self.send(text, SIP)

    @property
    def first(self) -> str:
        """
        What names its first call to whom is to take its place there.
        """
        return f"{self._callId};to-tag={self._tags[self._callId]};from-tag=far"

    @property
    def replaces(self) -> str:
        """
        The same of the second, as the header field of a URI.
        """
        return f"?Replaces={SECOND}%3Bto-tag%3D{self._tags[SECOND]}%3Bfrom-tag%3Dfar"

    def refer(self, number: str, extra: str = "", headers: str = "") -> None:
        """
        Have the other side call somebody.

        @param extra: more header lines.
        @param headers: of the URI.
        """
        target = f"Refer-To: <sip:{number}@{SERVER}{headers}>\n"
        self._say("REFER", extra=target + extra)

    def hold(self) -> None:
        """
        Put the other side on hold.
        """
        self._say("INVITE", body=offerBody(direction="sendonly"))

    def hangup(self, callId: str = "") -> None:
        """
        Leave the call.

        @param callId: which, if not the first.
        """
        self._say("BYE", callId=callId)

    def _say(
        self, method: str, cseq: int = 0, extra: str = "", body: str = "", callId: str = ""
    ) -> None:
        if not cseq:
            self._cseq += 1
        number = cseq or self._cseq
        text = request(
            method,
            branch=f"z9hG4bK{callId}{method}{number}",
            callId=callId or self._callId,
            cseq=number,
            toTag=self._tags.get(callId or self._callId, ""),
            extra=extra,
            body=body,
        )
        self.send(text, SIP)

    def statusOf(self, method: str) -> list[int]:
        """
        What its requests of a kind were answered.
        """
        return [
            each.status
            for each in self.messages
            if isinstance(each, SIPResponse) and each.cseq.method == method
        ]

    @property
    def progress(self) -> list[int]:
        """
        What it was told of the call that it asked for.
        """
        bodies = [
            each.body.decode()
            for each in self.messages
            if isinstance(each, SIPRequest) and each.method == "NOTIFY"
        ]
        return [int(body.split()[1]) for body in bodies]


class H323Referrer(H323Peer):
    """
    An H.323 terminal that nobody knows, with a call to somebody.
    """

    def __init__(self, world: Simulation, number: str, host: str = TERMINAL) -> None:
        super().__init__(world.network, host, TransportAddress(SERVER, 1720))
        rtp, rtcp = TransportAddress(host, 5000), TransportAddress(host, 5001)
        start = Start(fastStart=offerFastStart(PROFILE, soundAt(rtp, rtcp)).elements)
        self.send(self.makeSetup(start, called=number))

    @property
    def talking(self) -> bool:
        """
        Whether its call is answered.
        """
        return MessageType.CONNECT in self.kinds

    def initiate(self, number: str, callIdentity: str = "") -> None:
        """
        Have the other side call somebody (H.450.2, C{callTransferInitiate}).

        @param callIdentity: of the call in which they have been consulted.
        """
        target = {"destinationAddress": [("dialledDigits", number)]}
        value = {"callIdentity": callIdentity, "reroutingNumber": target}
        self._invoke(CALL_TRANSFER_INITIATE, bytes(h450_2.encode("CTInitiateArg", value)))

    def identify(self) -> None:
        """
        Ask how this call is named in another, from which somebody is to be transferred here.
        """
        self._invoke(CALL_TRANSFER_IDENTIFY)

    @property
    def identified(self) -> dict[str, Any]:
        """
        What was said to that.
        """
        (_, answer), *_ = self.answers
        found: dict[str, Any] = h450_2.decode("CTIdentifyRes", answer["result"]["result"])
        return found

    def _invoke(self, opcode: int, argument: bytes | None = None) -> None:
        invoke: dict[str, Any] = {"invokeId": 7, "opcode": ("local", opcode)}
        if argument is not None:
            invoke["argument"] = argument
        value = {"serviceApdu": ("rosApdus", [("invoke", invoke)])}
        service = bytes(h450_1.encode("H4501SupplementaryService", value))
        octets = uuie.write(("empty", None), True, services=(service,))
        self.send(messages.make(MessageType.FACILITY, octets))

    @property
    def answers(self) -> list[Any]:
        """
        What its services were answered.  Any: components, as the schema has them.
        """
        found: list[Any] = []
        for _, content in self.received:
            for octets in content.pdu.get("h4501SupplementaryService", ()):
                found += h450_1.decode("H4501SupplementaryService", octets)["serviceApdu"][1]
        return found
