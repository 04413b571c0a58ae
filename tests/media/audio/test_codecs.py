"""
What can be plugged in, and how it is known.
"""

from __future__ import annotations

import numpy as np
import pytest
from zope.interface.verify import verifyObject

from h323d.dsp.codec import ICodec, IDecoder, IEncoder, IRowCodec, IStreamCodec
from h323d.dsp.g711 import PCMA, PCMU
from h323d.errors import ConfigurationError
from h323d.media.audio.codecs import BUILT_IN, Codecs
from h323d.media.audio.table import NOISE, REFUSED
from h323d.sip.sdp.description import MediaDescription
from h323d.sip.sdp.payloads import formatsOf
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from tests.support.streamcodec import L16, SCRAMBLED, LinearCodec, ScrambledCodec

ALL: tuple[ICodec, ...] = (PCMU, PCMA, LinearCodec(), ScrambledCodec())


class Altered(ScrambledCodec):
    """
    A codec of which something is not as it should be.
    """

    def __init__(
        self,
        mediaFormat: MediaFormat = SCRAMBLED,
        sampleRates: tuple[int, ...] = (8000,),
        frameMs: int = 10,
    ) -> None:
        super().__init__()
        self.format = mediaFormat
        self.sampleRates = sampleRates  # type: ignore[assignment]  # of any length
        self.frameMs = frameMs


def test_theSeamsAreProvided() -> None:
    codec = ScrambledCodec()
    assert verifyObject(IStreamCodec, codec)
    assert verifyObject(IDecoder, codec.newDecoder(8000, ()))
    assert verifyObject(IEncoder, codec.newEncoder(8000, ()))
    assert verifyObject(IRowCodec, LinearCodec())
    for each in BUILT_IN:
        assert verifyObject(IRowCodec, each)


def test_theFormatsAreThoseOfTheCodecs() -> None:
    codecs = Codecs(ALL)
    assert codecs.formats == (G711_ULAW, G711_ALAW, L16, SCRAMBLED)
    kinds = [codecs.kindOf(each) for each in codecs.formats]
    assert len(set(kinds)) == 4
    assert codecs.isSound(np.array(kinds, np.uint8)).all()
    assert [codecs.clockRate(kind) for kind in kinds] == [8000, 8000, 16000, 48000]
    assert codecs.streamed[kinds].tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("mediaFormat", "kind"),
    [
        (MediaFormat("CN"), NOISE),
        (MediaFormat("CN", 16000), NOISE),
        (MediaFormat("G729", 44100), REFUSED),
        (MediaFormat("telephone-event"), REFUSED),
        (MediaFormat("scrambled", 48000, 2), NOISE + 4),
    ],
)
def test_aFormatIsKnownByNameClockAndChannels(mediaFormat: MediaFormat, kind: int) -> None:
    assert Codecs(ALL).kindOf(mediaFormat) == kind


def test_ofTwoCodecsOfOneNameTheParametersDecide() -> None:
    short, long = (MediaFormat("iLBC", parameters=(("mode", mode),)) for mode in ("20", "30"))
    codecs = Codecs((Altered(short, frameMs=20), Altered(long, frameMs=30)))
    assert codecs.kindOf(long) == codecs.kindOf(short) + 1
    assert codecs.kindOf(MediaFormat("iLBC")) == codecs.kindOf(long)  # the default of mode


def test_whatSDPSaysOfOpusIsWhatACodecSays() -> None:
    opus = MediaFormat("opus", 48000, 2)
    rtpmap = (("rtpmap", "96 opus/48000/2"),)
    line = MediaDescription("audio", 49170, "RTP/AVP", ("96",), attributes=rtpmap)
    (theirs,) = formatsOf(line).values()
    assert theirs == opus
    assert str(theirs) == "opus/48000/2"
    codecs = Codecs((PCMU, Altered(opus)))
    assert codecs.kindOf(theirs) == codecs.kindOf(G711_ULAW) + 1


def test_lawsMayChangeAtAnyPacketAndOtherCodecsMayNot() -> None:
    codecs = Codecs(ALL)
    ulaw, alaw, linear, scrambled = (codecs.kindOf(each) for each in codecs.formats)
    assert codecs.likeness[ulaw] == codecs.likeness[alaw]
    kinds = [REFUSED, NOISE, ulaw, linear, scrambled]
    assert len(set(codecs.likeness[kinds].tolist())) == 4  # what is no sound is like no sound


def test_aCodecGoesBesideTheRoomsRateIfItCan() -> None:
    codecs = Codecs((PCMU, LinearCodec(), ScrambledCodec(), Altered(L16, (16000, 48000))))
    kinds = np.array([REFUSED, *(codecs.kindOf(each) for each in codecs.formats[:3]), 6], np.uint8)
    assert codecs.sampleRates(kinds, 8000).tolist() == [8000, 8000, 16000, 8000, 16000]
    assert codecs.sampleRates(kinds, 16000).tolist() == [16000, 8000, 16000, 16000, 16000]
    assert codecs.sampleRates(kinds, 48000).tolist() == [48000, 8000, 16000, 48000, 48000]
    assert codecs.bestRates[kinds].tolist() == [8000, 8000, 16000, 48000, 48000]


def test_aCodecWithoutMemoryEncodesEachMixOnce() -> None:
    codecs = Codecs((PCMU,))
    kind = codecs.kindOf(G711_ULAW)
    mixes = np.arange(5, dtype=np.int16)[:, None] * 1000 + np.zeros((5, 80), np.int16)
    for of in ([4, 1, 4], [4, 1, 4, 0, 2]):
        rows = codecs.encode(kind, mixes, np.array(of))
        assert np.array_equal(rows, PCMU.encodeRows(mixes[of]))
        assert np.array_equal(codecs.decode(kind, rows), PCMU.decodeRows(rows))


@pytest.mark.parametrize(
    "mediaFormat",
    [MediaFormat("G729"), MediaFormat("PCMU", 16000), MediaFormat("SCRAMBLED", 48000)],
)
def test_whatCannotBeCodedHasAKindOfItsClockThatSaysNothing(mediaFormat: MediaFormat) -> None:
    codecs = Codecs(ALL)
    kind = codecs.kindOf(mediaFormat)
    assert codecs.isUncoded(kind)
    assert codecs.clockRate(kind) == mediaFormat.clockRate
    assert codecs.bestRates[kind] == 8000


def test_whatCanBeCodedIsNotUncoded() -> None:
    codecs = Codecs(ALL)
    assert not any(codecs.isUncoded(codecs.kindOf(each)) for each in codecs.formats)
    assert codecs.formats == tuple(codec.format for codec in ALL)


@pytest.mark.parametrize(
    ("codec", "step", "packets"),
    [
        (PCMU, 10, {5: 10, 20: 20, 25: 20, 60: 60, 200: 60}),
        (PCMU, 20, {10: 20, 30: 20, 50: 40}),
        (LinearCodec(), 10, {20: 20, 40: 20}),
        (Altered(frameMs=30), 10, {20: 30, 40: 30, 200: 60}),
        (Altered(frameMs=20), 10, {10: 20, 30: 20, 50: 40}),
    ],
)
def test_packetsAreOfWholeFramesAndOfOctetsThatFit(
    codec: ICodec, step: int, packets: dict[int, int]
) -> None:
    codecs = Codecs((codec,))
    kind = codecs.kindOf(codec.format)
    assert {asked: codecs.packetMs(kind, asked, step) for asked in packets} == packets


def test_packetsOfWhatWeDoNotMixAreAsLongAsAny() -> None:
    assert Codecs().packetMs(REFUSED, 40, 10) == 40


@pytest.mark.parametrize(
    "codec",
    [
        LinearCodec(MediaFormat("L16", 48000)),
        LinearCodec(MediaFormat("L16", 44100)),
        Altered(MediaFormat("ODD", 44100)),
        Altered(sampleRates=()),
        Altered(sampleRates=(8000, 32000)),
        Altered(frameMs=25),
        Altered(frameMs=50),
        Altered(frameMs=70),
    ],
)
def test_whatCannotBeMixedIsRefusedWithItsName(codec: ICodec) -> None:
    with pytest.raises(ConfigurationError, match=codec.format.name):
        Codecs((PCMU, codec))


def test_whatIsNoCodecIsRefusedWithItsName() -> None:
    class Nothing:
        format = MediaFormat("NOTHING")

    with pytest.raises(ConfigurationError, match="NOTHING"):
        Codecs((Nothing(),))  # type: ignore[arg-type]  # that is the point
