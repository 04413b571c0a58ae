"""
A caller that listens: SIP and RTP by hand, so that a test can hear while the call lasts.
"""

from __future__ import annotations

import re
import socket
import threading
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from h323d.dsp.g711 import decodeULaw
from h323d.values.address import TransportAddress
from tests.support.processes import BUSY

__all__ = ["Listener", "rtpPacket"]

PACKET = 160  # samples: 20 ms
SILENCE = b"\xff" * PACKET  # u-law


def rtpPacket(
    sequence: int, payload: bytes = SILENCE, payloadType: int = 0, ssrc: int = 1
) -> bytes:
    """
    One RTP packet of 20 ms.
    """
    header = bytes([0x80, payloadType]) + (sequence & 0xFFFF).to_bytes(2)
    return header + (sequence * PACKET & 0xFFFFFFFF).to_bytes(4) + ssrc.to_bytes(4) + payload


class Listener:
    """
    Calls a room by SIP over UDP, sends silence, and keeps what it hears.

    @ivar remote: where the server takes our sound.
    """

    def __init__(self, address: str, server: str, room: str) -> None:
        self._address = address
        self._server = (server, 5060)
        self._room = room
        self._sip = self._socket()
        self._rtp = self._socket()
        self._rtp.settimeout(0.5)
        self._payloads: list[tuple[int, bytes]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._toTag = ""
        self.remote = TransportAddress(server, 0)

    def _socket(self) -> socket.socket:
        made = socket.socket(type=socket.SOCK_DGRAM)
        made.bind((self._address, 0))
        made.settimeout(5.0 * BUSY)
        return made

    def __enter__(self) -> Self:
        port = self._rtp.getsockname()[1]
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {self._address}\r\ns=-\r\nc=IN IP4 {self._address}\r\n"
            f"t=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
        )
        self._send("INVITE", 1, sdp)
        while not (answer := self._sip.recv(65536).decode()).startswith("SIP/2.0 200"):
            assert answer.startswith("SIP/2.0 1"), answer
        found = re.search(r"^To:.*;tag=(\S+)\r$.*^m=audio (\d+)", answer, re.M | re.S)
        assert found is not None, answer
        self._toTag = f";tag={found[1]}"
        self.remote = TransportAddress(self._server[0], int(found[2]))
        self._send("ACK", 1)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._send("BYE", 2)
        self._over.set()
        self._thread.join()
        self._sip.close()
        self._rtp.close()

    def inject(self, data: bytes, offset: int) -> None:
        """
        Send what is no sound, from where the sound comes from.

        @param offset: 0 to the server's RTP port, 1 to its RTCP port.
        """
        self._rtp.sendto(data, (self.remote.host, self.remote.port + offset))

    @property
    def count(self) -> int:
        """
        How many packets were heard.
        """
        return len(self._payloads)

    def lost(self, start: int, end: int) -> int:
        """
        How many packets are missing between two.
        """
        sequences = [sequence for sequence, _ in self._payloads[start:end]]
        return ((sequences[-1] - sequences[0]) & 0xFFFF) + 1 - len(sequences)

    def samples(self, start: int, end: int) -> npt.NDArray[np.int16]:
        """
        What was heard, from one packet to another.
        """
        octets = b"".join(payload for _, payload in self._payloads[start:end])
        return decodeULaw(np.frombuffer(octets, np.uint8))

    def _listen(self) -> None:
        sequence = 0
        while not self._over.is_set():
            try:
                data = self._rtp.recv(2048)
            except TimeoutError:
                data = b""
            if data and not data[1] & 0x7F:  # u-law, with or without the marker
                self._payloads.append((int.from_bytes(data[2:4]), data[12:]))
            sequence += 1
            self._rtp.sendto(rtpPacket(sequence), (self.remote.host, self.remote.port))

    def _send(self, method: str, number: int, body: str = "") -> None:
        host, port = self._sip.getsockname()
        lines = [
            f"{method} sip:{self._room}@{self._server[0]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{method}{port}",
            f"From: <sip:listener@{host}>;tag=l{port}",
            f"To: <sip:{self._room}@{self._server[0]}>{self._toTag}",
            f"Call-ID: {port}@{host}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:listener@{host}:{port}>",
            "Max-Forwards: 70",
            f"Content-Length: {len(body)}",
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        text = "\r\n".join(lines) + "\r\n\r\n" + body
        self._sip.sendto(text.encode(), self._server)
