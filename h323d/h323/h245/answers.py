"""
Answers to requests that nobody here fulfils, as H.245 wants them (Annex B).

There is no chair, no terminal list and no maintenance loop at this end; whoever
asks is told so, in the form that each request has for it.  What is not known at
all comes back as C{functionNotUnderstood}.
"""

from __future__ import annotations

from h323d.h323.h245.capabilities.audio import abilitiesOf, audioCapability
from h323d.h323.h245.messages import Choice, Message, indication, response
from h323d.h323.h245.parameters import AUDIO_SESSION
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["answerTo"]

_DENIALS: dict[str, Choice] = {
    "makeMeChair": ("makeMeChairResponse", ("deniedChairToken", None)),
    "dropTerminal": ("terminalDropReject", None),
    "broadcastMyLogicalChannel": (
        "broadcastMyLogicalChannelResponse",
        ("deniedBroadcastMyLogicalChannel", None),
    ),
    "makeTerminalBroadcaster": (
        "makeTerminalBroadcasterResponse",
        ("deniedMakeTerminalBroadcaster", None),
    ),
    "sendThisSource": ("sendThisSourceResponse", ("deniedSendThisSource", None)),
}

# Commands that need no answer and change nothing that we do: there is no video
# yet, no encryption, and G.711 cannot be slowed down.
_TOLERATED = frozenset(
    {
        "maintenanceLoopOffCommand",
        "flowControlCommand",
        "miscellaneousCommand",
        "communicationModeCommand",
        "conferenceCommand",
    }
)


def answerTo(message: Message, profile: MediaProfile) -> Message | None:
    """
    @param message: one that no signalling entity took.
    @param profile: what a table of communication modes names.

    @return: what to send back; C{None} for nothing.
    """
    kind, (name, fields) = message
    if kind == "indication" or (kind == "command" and name in _TOLERATED):
        return None
    if kind == "request":
        if name == "conferenceRequest":
            if fields[0] == "cancelMakeMeChair":
                return None
            if fields[0] in _DENIALS:
                return response("conferenceResponse", _DENIALS[fields[0]])
        elif name == "maintenanceLoopRequest":
            cause = ("canNotPerformLoop", None)
            return response("maintenanceLoopReject", {"type": fields["type"], "cause": cause})
        elif name == "communicationModeRequest" and profile.of(Medium.AUDIO).formats:
            return _communicationModes(profile)
    elif kind == "response" and not name.startswith("_ext_"):
        return None  # an answer to what we never asked
    return indication("functionNotUnderstood", (kind, (name, fields)))


def _communicationModes(profile: MediaProfile) -> Message | None:
    sound = profile.of(Medium.AUDIO)
    abilities = abilitiesOf(sound.formats, sound.packetMs)
    if not abilities:
        return None
    entry = {
        "sessionID": AUDIO_SESSION,
        "sessionDescription": "audio",
        "dataType": ("audioData", audioCapability(abilities[0])),
    }
    return response("communicationModeResponse", ("communicationModeTable", [entry]))
