"""
A port that sends and receives RTP as a test has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zope.interface import implementer

from h323d.call.transport import IDatagramUser
from h323d.dsp.g711 import PCMA, PCMU
from h323d.dsp.tones import Tone, render
from h323d.net.datagram import Datagrams
from h323d.rtp.packet import RTPPacket, decode, encode
from h323d.values.address import TransportAddress
from tests.support.simulation import Simulation

__all__ = ["ScriptedSound", "describedPort", "tonePackets"]

LAWS = {"PCMU": PCMU, "PCMA": PCMA}
RATE = 8000
SAMPLES = 160  # of a packet
LEVEL = -16.0  # dBov
PORT = 4000  # that L{tests.support.sippeers.offerBody} names


def tonePackets(frequency: int, law: str, seconds: float) -> list[bytes]:
    """
    The payloads of a tone in G.711, 20 ms each.
    """
    sound = render(Tone((frequency,), LEVEL), 0, int(seconds * RATE), RATE)
    whole = sound[: len(sound) // SAMPLES * SAMPLES].reshape(-1, SAMPLES)
    return [row.tobytes() for row in LAWS[law].encodeRows(whole)]


def describedPort(host: str, body: bytes) -> TransportAddress:
    """
    Where a session description has its sound.

    @param host: of who has sent it.
    """
    found = re.search(rb"m=audio (\d+)", body)
    assert found is not None
    return TransportAddress(host, int(found[1]))


@implementer(IDatagramUser)
class ScriptedSound:
    """
    One end of a stream.

    @ivar heard: what came, as far as it is RTP.
    """

    def __init__(self, world: Simulation, host: str, port: int = PORT, ssrc: int = 1) -> None:
        self.heard: list[RTPPacket] = []
        self._world = world
        self._port = Datagrams(world.network.host(host)).bind(TransportAddress(host, port), self)
        self._ssrc = ssrc
        self._sent = 0
        world.add(self)

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.heard.append(decode(data))

    def say(
        self, there: TransportAddress, payloadType: int, payloads: Sequence[bytes], units: int = 160
    ) -> None:
        """
        Send a packet every 20 ms.

        @param units: of the clock, in each of them.
        """
        for payload in payloads:
            self._sent += 1
            packet = RTPPacket(payloadType, self._sent, self._sent * units, self._ssrc, payload)
            self._port.send(encode(packet), there)
            self._world.run(0.02)

    def stop(self) -> None:
        """
        It has nothing to say.
        """

    def close(self) -> None:
        """
        Free the port.
        """
        self._port.close()
