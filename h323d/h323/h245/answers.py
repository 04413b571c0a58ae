"""
Answers to requests that nobody here fulfils, as H.245 wants them (Annex B).

There is no chair, no terminal list and no maintenance loop at this end; whoever
asks is told so, in the form that each request has for it.  What is not known at
all comes back as C{functionNotUnderstood}.
"""

from __future__ import annotations

from collections.abc import Iterable

from h323d.h323.h245.capabilities.kinds import Kind, carried
from h323d.h323.h245.messages import Choice, Message, indication, response
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


def answerTo(message: Message, profile: MediaProfile, kinds: Iterable[Kind]) -> Message | None:
    """
    @param message: one that no signalling entity took.
    @param profile: what a table of communication modes names.
    @param kinds: the kinds of media that it can name.

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
        elif name == "communicationModeRequest" and any(each.formats for each in profile.media):
            return _communicationModes(profile, kinds)
    elif kind == "response" and not name.startswith("_ext_"):
        return None  # an answer to what we never asked
    return indication("functionNotUnderstood", (kind, (name, fields)))


def _communicationModes(profile: MediaProfile, kinds: Iterable[Kind]) -> Message | None:
    table = [
        {
            "sessionID": kind.session,
            "sessionDescription": kind.medium.value,
            "dataType": (kind.dataType, ability.capability()),
        }
        for kind, wanted in carried(profile, kinds)
        for ability in kind.sendable(wanted)[:1]
    ]
    if not table:
        return None
    return response("communicationModeResponse", ("communicationModeTable", table))
