"""
What to send of one medium.
"""

from __future__ import annotations

import pytest

from h323d.h323.h245.capabilities.audio import AudioAbility
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.channels.selection import Selection
from h323d.h323.h245.owner import H245Failure
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile
from h323d.values.media.streams import TransmitFormat

ULAW = AudioAbility(G711_ULAW, 20, "g711Ulaw64k")
ALAW = AudioAbility(G711_ALAW, 20, "g711Alaw64k")
BOTH = RemoteCapabilities((ULAW, ALAW), telephoneEventType=97)
HELD = RemoteCapabilities(isEmpty=True)
SOUND = MediumProfile(Medium.AUDIO, (G711_ULAW, G711_ALAW), telephoneEvents=True)
MUTE = MediumProfile(Medium.AUDIO, SOUND.formats, Direction.RECVONLY)
TRANSMIT = TransmitFormat(G711_ULAW, 0, 20, TransportAddress("192.0.2.1", 5000))


def newSelection(profile: MediumProfile = SOUND, remote: RemoteCapabilities = BOTH) -> Selection:
    selection = Selection(profile)
    selection.peerCan(remote)
    return selection


def test_ourOrderCounts() -> None:
    assert newSelection().best(None) == ULAW


def test_nothingIsSentBeforeThePeerHasSaidWhatItCan() -> None:
    selection = Selection(SOUND)
    assert selection.best(None) is None
    assert selection.lack() is None
    assert selection.suits(ULAW)  # as fast start opened it


@pytest.mark.parametrize(("profile", "remote"), [(MUTE, BOTH), (SOUND, HELD)])
def test_whoDoesNotSendOrIsHeldLacksNothing(
    profile: MediumProfile, remote: RemoteCapabilities
) -> None:
    selection = newSelection(profile, remote)
    assert selection.best(None) is None
    assert selection.lack() is None
    assert not selection.suits(ULAW)


def test_whatIsRefusedIsNotTriedAgainUntilEitherSideSpeaks() -> None:
    selection = newSelection()
    selection.refused(ULAW)
    assert selection.best(None) == ALAW
    selection.peerCan(BOTH)
    assert selection.best(None) == ULAW
    selection.refused(ULAW)
    selection.changeProfile(SOUND)
    assert selection.best(None) == ULAW


def test_aPeerThatAnswersNothingIsAskedForNothingElse() -> None:
    selection = newSelection()
    selection.ignored()
    assert selection.best(None) is None
    assert selection.lack() is H245Failure.NO_CHANNEL


def test_whereBandwidthIsAllThatIsMissingForAnyOfItThatIsTheLack() -> None:
    selection = newSelection()
    selection.refused(ULAW, "dataTypeNotSupported")
    selection.refused(ALAW, "insufficientBandwidth")
    assert selection.best(None) is None
    assert selection.lack() is H245Failure.NO_BANDWIDTH
    selection.prefer(ALAW.coding)
    assert selection.lack() is H245Failure.NO_CHANNEL


def test_aPeerThatCanDoNothingOfOursIsNoFaultOfItsChannels() -> None:
    selection = newSelection(MediumProfile(Medium.AUDIO, (MediaFormat("G722"),)))
    assert selection.best(None) is None
    assert selection.lack() is H245Failure.NO_COMMON_FORMAT


def test_noneOfTheMediumIsALackOnlyWhereThereNeverWasAny() -> None:
    selection = newSelection(remote=RemoteCapabilities())
    assert selection.lack() is H245Failure.NO_COMMON_FORMAT
    selection.sent = G711_ULAW
    assert selection.lack() is None


def test_whatThePeerWantsNoMoreIsNoLack() -> None:
    selection = newSelection()
    selection.dismissed(ULAW)
    assert selection.best(None) == ALAW
    selection.refused(ALAW)
    assert selection.best(None) is None
    assert selection.lack() is None


@pytest.mark.parametrize("says", ["peerCan", "changeProfile"])
def test_whatThePeerDidNotWantCountsUntilEitherSideSpeaks(says: str) -> None:
    selection = newSelection()
    selection.dismissed(ULAW)
    getattr(selection, says)(BOTH if says == "peerCan" else SOUND)
    assert selection.best(None) == ULAW
    selection.ignored()
    assert selection.lack() is H245Failure.NO_CHANNEL


def test_theMastersChoiceCountsAfterAConflict() -> None:
    selection = newSelection()
    selection.conflicted(ULAW)
    assert selection.best(None) == ULAW  # as long as it sends nothing
    assert selection.best(G711_ALAW) == ALAW
    selection.changeProfile(SOUND)
    assert selection.best(G711_ALAW) == ALAW
    selection.peerCan(BOTH)
    assert selection.best(G711_ALAW) == ULAW


def test_aSecondConflictIsARefusal() -> None:
    selection = newSelection()
    selection.conflicted(ULAW)
    selection.conflicted(ULAW)
    assert selection.best(None) == ALAW


def test_aModeThatThePeerAsksForIsPreferred() -> None:
    selection = newSelection()
    selection.refused(ALAW)
    selection.prefer("g711Alaw64k")
    assert selection.best(None) == ALAW
    assert not selection.isBest(ULAW, None)
    selection.changeProfile(SOUND)
    assert selection.best(None) == ULAW


@pytest.mark.parametrize(("profile", "coding"), [(SOUND, "g722-64k"), (MUTE, "g711Alaw64k")])
def test_aModeThatWeCannotSendIsNot(profile: MediumProfile, coding: str) -> None:
    assert newSelection().canSend("g711Alaw64k")
    assert not newSelection(profile).canSend(coding)


def test_whatSuitsDependsOnBothSides() -> None:
    assert newSelection().suits(ULAW)
    assert not newSelection(remote=RemoteCapabilities((ALAW,))).suits(ULAW)
    assert not newSelection(MediumProfile(Medium.AUDIO, (G711_ALAW,))).suits(ULAW)


def test_whatCannotBeBetteredIsTheBest() -> None:
    selection = newSelection()
    assert selection.isBest(ULAW, None)
    selection.ignored()
    assert selection.isBest(ALAW, None)


def test_eventsGoWithTheSoundWhereBothWantThem() -> None:
    assert newSelection().completed(TRANSMIT).telephoneEventType == 97
    assert newSelection(MUTE).completed(TRANSMIT).telephoneEventType is None
    assert Selection(SOUND).completed(TRANSMIT).telephoneEventType is None
