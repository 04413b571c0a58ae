"""
What is sent as its peer asks for it.
"""

from __future__ import annotations

from zope.interface import implementer

from h323d.dsp.codec import MODE_REQUEST, IModeDecoder, IModeEncoder
from tests.media.audio.test_sharing import hissing
from tests.support.streamcodec import (
    CodecBench,
    Parameters,
    ScrambledCodec,
    ScrambledDecoder,
    ScrambledEncoder,
    saying,
)


@implementer(IModeDecoder)
class AskingDecoder(ScrambledDecoder):
    """
    Whose payloads ask for a mode.
    """

    request: int | None = None


@implementer(IModeEncoder)
class HeedingEncoder(ScrambledEncoder):
    """
    @ivar heeded: the modes that were asked for.
    """

    def __init__(self, sampleRate: int) -> None:
        super().__init__(sampleRate)
        self.heeded: list[int | None] = []

    def heed(self, mode: int | None) -> None:
        self.heeded.append(mode)


class Asking(ScrambledCodec):
    """
    One with modes.
    """

    def newDecoder(self, sampleRate: int, parameters: Parameters) -> ScrambledDecoder:
        super().newDecoder(sampleRate, parameters)
        self.decoders[-1] = AskingDecoder()
        return self.decoders[-1]

    def newEncoder(self, sampleRate: int, parameters: Parameters) -> ScrambledEncoder:
        super().newEncoder(sampleRate, parameters)
        self.encoders[-1] = HeedingEncoder(sampleRate)
        return self.encoders[-1]


def heeded(codec: Asking) -> list[list[int | None]]:
    return [each.heeded for each in codec.encoders if isinstance(each, HeedingEncoder)]


def ask(codec: Asking, talker: int, mode: int | None) -> None:
    decoder = codec.decoders[talker]
    assert isinstance(decoder, AskingDecoder)
    decoder.request = mode


def test_whoAsksForAModeIsSentItAndNobodyElse() -> None:
    codec = Asking()
    room = CodecBench(codec)
    phones = [room.phone(), room.phone()]
    for phone in phones:
        phone.says = saying(48000, 300)
    room.bench.run(0.5, phones)
    assert heeded(codec) == [[], []]
    for mode in (3, 3, None):
        ask(codec, 0, mode)
        room.bench.run(0.3, phones)
    assert sorted(heeded(codec), key=len) == [[], [3, None]]
    room.bench.stop()


def test_whoAsksForAModeSharesNoEncoderWithWhoDoesNot() -> None:
    codec = Asking()
    room = CodecBench(codec)
    talkers = [room.phone() for _ in range(3)]
    listeners = [room.phone() for _ in range(9)]
    for pitch, phone in enumerate(talkers, 3):
        phone.says = saying(48000, 100 * pitch, 4000.0)
    for number, phone in enumerate(listeners):
        phone.says = hissing(number)
    room.bench.run(2.6, talkers + listeners)  # who say nothing share by then
    for number in range(1, len(codec.decoders), 2):
        ask(codec, number, 2)
    before = len(codec.encoders)
    room.bench.run(1.0, talkers + listeners)
    asked = [dict(said).get(MODE_REQUEST) for kind, _, said in codec.given if kind == "encoder"]
    assert asked[before:] == ["2"]
    room.bench.stop()
