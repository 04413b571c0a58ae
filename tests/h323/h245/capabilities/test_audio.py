"""
Formats of sound as H.245 names them, and back.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.audio import AUDIO, AudioAbility
from h323d.h323.h245.capabilities.kinds import chooseAbility, suits
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile

G722 = MediaFormat("G722")
G729 = MediaFormat("G729")


def soundOf(*formats: MediaFormat) -> MediumProfile:
    return MediaProfile.audio(formats).of(Medium.AUDIO)


@pytest.mark.parametrize(
    ("capability", "name", "packetMs", "payloadType"),
    [
        (("g711Ulaw64k", 20), "PCMU", 20, 0),
        (("g711Alaw64k", 30), "PCMA", 30, 8),
        (("g722-64k", 20), "G722", 20, 9),
        (("g729", 2), "G729", 20, 18),
        (("g729AnnexAwAnnexB", 6), "G729", 60, 18),
        (("g7231", {"maxAl-sduAudioFrames": 1, "silenceSuppression": True}), "G723", 30, 4),
        (
            ("gsmFullRate", {"audioUnitSize": 66, "comfortNoise": False, "scrambled": False}),
            "GSM",
            40,
            3,
        ),
    ],
)
def test_aCapabilityIsReadInMillisecondsAndWrittenBack(
    capability: tuple[str, Any], name: str, packetMs: int, payloadType: int
) -> None:
    ability = AUDIO.read(capability)
    assert ability is not None
    assert (ability.format.name, ability.packetMs) == (name, packetMs)
    assert ability.payloadType == payloadType
    assert ability.capability() == capability
    h245.encode("AudioCapability", ability.capability())


@pytest.mark.parametrize(
    "capability",
    [
        ("g711Ulaw56k", 20),
        ("_ext_77", b""),
        ("gsmFullRate", {"audioUnitSize": 32, "comfortNoise": False, "scrambled": False}),
    ],
)
def test_whatWeDoNotKnowIsNoAbility(capability: tuple[str, Any]) -> None:
    assert AUDIO.read(capability) is None


def test_annexBOfG729IsToldApart() -> None:
    without, with_ = AUDIO.read(("g729", 2)), AUDIO.read(("g729wAnnexB", 2))
    assert without is not None
    assert with_ is not None
    strict = MediaFormat("G729", parameters=(("annexb", "no"),))
    assert suits(G729, without.format)
    assert suits(G729, with_.format)
    assert suits(strict, without.format)
    assert not suits(strict, with_.format)


@pytest.mark.parametrize(("silence", "annexa"), [(True, "yes"), (False, "no")])
def test_annexAOfG7231IsWhetherSilenceIsSuppressed(silence: bool, annexa: str) -> None:
    said = ("g7231", {"maxAl-sduAudioFrames": 1, "silenceSuppression": silence})
    ability = AUDIO.read(said)
    assert ability is not None
    assert ability.format == MediaFormat("G723", parameters=(("annexa", annexa),))
    assert ability.capability() == said


@pytest.mark.parametrize(("annexa", "silence"), [(None, True), ("yes", True), ("no", False)])
def test_silenceOfG7231IsTakenUnlessItIsNotWanted(annexa: str | None, silence: bool) -> None:
    parameters = () if annexa is None else (("annexa", annexa),)
    sound = soundOf(MediaFormat("G723", parameters=parameters))
    (ability,) = AUDIO.receivable(sound)
    assert ability.capability()[1]["silenceSuppression"] is silence


@pytest.mark.parametrize(
    ("offered", "wanted", "packetMs"),
    [(20, 20, 20), (240, 20, 20), (10, 20, 10), (15, 20, 10), (30, 60, 30), (1, 20, 10)],
)
def test_packetsHaveWholeTensOfMilliseconds(offered: int, wanted: int, packetMs: int) -> None:
    assert AudioAbility(G711_ULAW, offered, "g711Ulaw64k").shortened(wanted).packetMs == packetMs


def test_packetsOfG7231HaveAtLeastOneFrame() -> None:
    ability = AUDIO.read(("g7231", {"maxAl-sduAudioFrames": 4, "silenceSuppression": False}))
    assert ability is not None
    assert ability.shortened(20).packetMs == 30


def test_aFormatThatH245CannotNameIsLeftOut() -> None:
    sound = soundOf(MediaFormat("opus", 48000, 2), G711_ULAW)
    assert [ability.format for ability in AUDIO.sendable(sound)] == [G711_ULAW]


def test_ourOrderDecidesAndThePeersWordIsUsed() -> None:
    offered = [
        AudioAbility(G729, 20, "g729"),
        AudioAbility(G711_ALAW, 30, "g711Alaw64k"),
        AudioAbility(G711_ULAW, 30, "g711Ulaw64k"),
    ]
    chosen = chooseAbility(soundOf(G711_ALAW, G729), offered)
    assert chosen == AudioAbility(G711_ALAW, 20, "g711Alaw64k")
    assert chooseAbility(soundOf(G722), offered) is None


@pytest.mark.parametrize("symmetric", [False, True])
def test_theOtherDirectionsFormatWinsOnlyWhereThePeerIsSymmetric(symmetric: bool) -> None:
    offered = [
        AudioAbility(G711_ULAW, 20, "g711Ulaw64k", symmetric),
        AudioAbility(G711_ALAW, 20, "g711Alaw64k", symmetric),
    ]
    chosen = chooseAbility(soundOf(G711_ULAW, G711_ALAW), offered, preferred=G711_ALAW)
    assert chosen is not None
    assert chosen.format == (G711_ALAW if symmetric else G711_ULAW)
