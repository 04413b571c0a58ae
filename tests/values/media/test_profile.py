"""
What a destination accepts of each medium.
"""

from __future__ import annotations

from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile

VP8 = MediaFormat("VP8", 90000, kind=Medium.VIDEO)
SOUND = MediumProfile(Medium.AUDIO, (G711_ULAW,), packetMs=30)
PICTURES = MediumProfile(Medium.VIDEO, (VP8,), Direction.RECVONLY)


def test_eachMediumIsFound() -> None:
    profile = MediaProfile((SOUND, PICTURES))
    assert [profile.of(Medium.AUDIO), profile.of(Medium.VIDEO)] == [SOUND, PICTURES]


def test_aMediumThatIsNotThereHasNoFormatAndFlowsNowhere() -> None:
    slides = MediaProfile((SOUND, PICTURES)).of(Medium.SLIDES)
    assert (slides.medium, slides.formats, slides.direction) == (
        Medium.SLIDES,
        (),
        Direction.INACTIVE,
    )
    assert not slides.telephoneEvents


def test_soundAloneIsSentBothWaysWithEvents() -> None:
    assert MediaProfile.audio((G711_ULAW,), 30, 60) == MediaProfile(
        (MediumProfile(Medium.AUDIO, (G711_ULAW,), Direction.SENDRECV, 30, 60, True),)
    )


def test_aDirectionIsThatOfEveryMedium() -> None:
    held = MediaProfile((SOUND, PICTURES)).directed(Direction.INACTIVE)
    assert [each.direction for each in held.media] == [Direction.INACTIVE] * 2
    assert held.of(Medium.AUDIO).formats == (G711_ULAW,)


def test_whatIsMerelyPassedStandsAlone() -> None:
    ilbc = MediaFormat("iLBC")
    sound = MediaProfile.audio((ilbc, G711_ULAW), passed=(ilbc,)).of(Medium.AUDIO)
    assert sound.settled((ilbc, G711_ULAW)) == (ilbc,)
    assert sound.settled((G711_ULAW, ilbc)) == (G711_ULAW,)
    assert sound.settled(()) == ()


def test_whatTwoChooseEachForItselfIsCodedAlikeOrPassedAlone() -> None:
    ilbc = MediaFormat("iLBC", parameters=(("mode", "30"),))
    sound = MediaProfile.audio((ilbc, G711_ULAW), passed=(ilbc,)).of(Medium.AUDIO)
    alone = sound.settledBy(MediaFormat("iLBC"))
    assert (alone.formats, alone.passed) == ((ilbc,), (ilbc,))
    for spoken in (None, G711_ULAW):
        coded = sound.settledBy(spoken)
        assert (coded.formats, coded.passed) == ((G711_ULAW,), ())
    assert alone.settledBy(None) == alone
