"""
What a refusal's word means, and where to look next, for an operator to read: of every
L{Reason<h323d.call.applications.Reason>}, of the words that gates, routing and rooms have for the
single case, and of those by which an address is turned away.

What each door answers to a reason is not said here: the protocols have tables of that.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXPLANATIONS", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    What there is to say of a word.

    @ivar means: what has happened, in a sentence.
    @ivar then: what to do about it, or where to look.
    """

    means: str
    then: str


_SEE_BANS = (
    "h323ctl bans; h323ctl bans remove ADDRESS, and security.trunks for a proxy or an office"
)
_SEE_GUARD = "h323ctl guard list REGISTRY"
_SEE_LOG = (
    "the server's log: it is a fault of the server or of what it depends on, not of the caller"
)

EXPLANATIONS = {
    # --- the reasons
    "INVALID_SIGNATURE": Explanation(
        "The request does not prove who asks, by none of the ways that the registry lists.",
        "the fact ApplicationRefused, or the guard's log: its detail says which check failed",
    ),
    "NOT_REGISTERED": Explanation(
        "Who asks has proven who they are, and is not, or not any more, one of those who may.",
        _SEE_GUARD,
    ),
    "PII_POLICY_VIOLATION": Explanation(
        "There is personal data in an ESCALATE call: declared, or found in its texts.",
        "the detail names the kinds that were found; the caller's display name is the usual place",
    ),
    "BANDWIDTH_EXCEEDED": Explanation(
        "With what they hold already, the guardian would have more than their quota.",
        "h323ctl calls shows what they hold; bandwidth_quota_bps in the registry",
    ),
    "CAPACITY_EXCEEDED": Explanation(
        "There is no place: in the room, in the server, or in the pool of bandwidth.",
        "h323ctl rooms; h323ctl status; the detail says which",
    ),
    "GATEKEEPER_ERROR": Explanation(
        "The request could not be judged, so it was refused.",
        _SEE_LOG,
    ),
    "NOT_PERMITTED": Explanation(
        "A rule of the configuration, or of the room, says no.",
        "the detail says which",
    ),
    "NO_ROUTE": Explanation(
        "Nobody knows who is called.",
        "h323ctl route NAME; h323ctl registrations NAME",
    ),
    "LOOP": Explanation(
        "The call came back to where it has been.",
        "h323ctl route NAME; h323ctl trace CALL",
    ),
    "RATE_EXCEEDED": Explanation(
        "Who asks, asks too often.",
        "h323ctl bans; security.callRate",
    ),
    "OUT_OF_SERVICE": Explanation(
        "Nothing new is taken at present.",
        "h323ctl maintenance status; h323ctl trunks",
    ),
    "REFUSED_EVERYWHERE": Explanation(
        "Who is called has refused, wherever else they might be called (SIP 6xx).",
        "h323ctl trace CALL: it was the called party",
    ),
    # --- gate 1
    "absent": Explanation(
        "Nothing that the registry lists as a proof came with the request.",
        "whether the phone is set up to sign, or to show its certificate or password",
    ),
    "malformed": Explanation(
        "What came as a signature is none.", "h323ctl trace CALL; docs/reference/guard-proofs"
    ),
    "stale": Explanation(
        "The signature is too old, or from the future.",
        "the clocks of both machines: 30 seconds are allowed",
    ),
    "wrongAudience": Explanation(
        "The signature is for another server.",
        "guard.name, and what the caller takes for the server's name",
    ),
    "unknownKey": Explanation("The key is not in the registry.", _SEE_GUARD),
    "replay": Explanation(
        "The same signature was shown before.",
        "a phone that sends again has to sign again; otherwise somebody plays back what they heard",
    ),
    "overBudget": Explanation(
        "More signatures came from there than are looked at; it may be tried again.",
        "h323ctl bans; h323ctl status for what was turned away",
    ),
    "badSignature": Explanation(
        "The signature is not of what was sent.",
        "a proxy on the way that changes the message; whether the key is the entry's",
    ),
    # --- gates 2 to 5
    "notListed": Explanation("The registry has no such guardian.", _SEE_GUARD),
    "suspended": Explanation("The guardian's entry is suspended.", _SEE_GUARD),
    "revoked": Explanation("The guardian's entry is revoked.", _SEE_GUARD),
    "wrongName": Explanation(
        "The key, or the password, is of another entry than the name.",
        "aliases of the entry; what the phone calls itself",
    ),
    "wrongAddress": Explanation(
        "The entry is proven by its address, and this is another.", "addresses of the entry"
    ),
    "lost": Explanation(
        "Entry or key was taken away while others were still being asked.", _SEE_GUARD
    ),
    "declared": Explanation(
        "The caller says that there is personal data in the call.",
        "call as ROUTINE, or without the data",
    ),
    "found": Explanation(
        "Personal data was found in the texts of the call.",
        "the kinds stand behind the colon; the display name is the usual place",
    ),
    "quota": Explanation(
        "It is more than the guardian's quota.", "bandwidth_quota_bps; h323ctl calls"
    ),
    "poolEmpty": Explanation(
        "All guardians together have all the bandwidth there is.", "h323ctl calls; guard.pool"
    ),
    "failed": Explanation("A policy of the operator's raised an error.", _SEE_LOG),
    "invalid": Explanation("A policy of the operator's answered what it must not.", _SEE_LOG),
    "late": Explanation("A policy of the operator's took too long.", _SEE_LOG),
    "off": Explanation(
        "A policy took too long too often, and is asked no more: everything is refused.",
        "mend the policy, then reload (SIGHUP)",
    ),
    # --- the server and its rooms
    "roomFull": Explanation(
        "The room has as many as it takes.", "h323ctl rooms; conference.maxParticipants"
    ),
    "roomLocked": Explanation("A moderator has locked the room.", "h323ctl room ROOM unlock"),
    "serverFull": Explanation(
        "All rooms together have as many as they take.",
        "h323ctl status; conference.maxTotalParticipants",
    ),
    "tooManyRooms": Explanation(
        "There are as many rooms as there may be.", "h323ctl rooms; conference.maxRooms"
    ),
    "gatewayFull": Explanation(
        "There are as many calls through the gateway as there may be.",
        "h323ctl calls; gateway.maxCalls",
    ),
    "share": Explanation(
        "One address has its share of what there is for all.",
        "security.trunks, if it is a proxy or an office",
    ),
    "wrongPIN": Explanation("The PIN was not that of the room.", "docs/howto/pins"),
    "wrongPINs": Explanation(
        "Too many wrong PINs came from there.", "wait, or h323ctl room ROOM invite WHOM"
    ),
    "formatsNotAllowed": Explanation(
        "None of the caller's codecs may be used in bridged calls.",
        "guard.bridgedFormats; gateway.audioFormats; h323ctl codecs A B",
    ),
    "maintenance": Explanation(
        "The server takes no new calls.", "h323ctl maintenance status, and off"
    ),
    "shuttingDown": Explanation("The server is about to stop.", "wait until it is back"),
    "gateTimeout": Explanation("A gate did not answer in time.", _SEE_LOG),
    "policyFailed": Explanation("A gate or a routing policy failed.", _SEE_LOG),
    "unwitnessed": Explanation(
        "The log for auditors cannot be written, and nothing may be admitted without it.",
        "h323ctl status, witness; the disk (df), and who may write there",
    ),
    # --- routing
    "noRoute": Explanation(
        "No policy of routing knows who is called.", "h323ctl route NAME; routing.policies"
    ),
    "sentBack": Explanation(
        "The call was sent on to a place that has it go on elsewhere, in a circle.",
        "h323ctl route NAME",
    ),
    "loop": Explanation("The call is one of ours that came back.", "h323ctl trace CALL"),
    "backToTheTrunk": Explanation(
        "The only way on is the trunk by which the call came.", "h323ctl route NAME; routing.trunks"
    ),
    "noHopsLeft": Explanation(
        "The call has passed as many servers as it may (Max-Forwards, hopCount).",
        "a loop between servers: h323ctl trace CALL",
    ),
    "httpRejects": Explanation(
        "The program that is asked about routes has said no.", "its own log; routing.httpURL"
    ),
    "routeRejects": Explanation(
        "A route of the configuration says no.", "h323ctl route NAME; routing.routes"
    ),
    "trunksFull": Explanation("All trunks that lead there are full.", "h323ctl trunks"),
    "trunksWaiting": Explanation(
        "The trunks that lead there have asked to be left alone for a while.", "h323ctl trunks"
    ),
    "trunksNotFound": Explanation(
        "The names of the trunks that lead there cannot be resolved.", "h323ctl trunks; DNS"
    ),
    "replacesOthers": Explanation(
        "A call may be taken over (Replaces) only by who has part in it, or picks it up.",
        "docs/howto/transfer-calls",
    ),
    # --- addresses
    "network": Explanation(
        "The address is not among those that may talk to us.", "security.allow; security.deny"
    ),
    "rateLimit": Explanation(
        "More comes from there than is taken.",
        "security.rasRate, security.sipRate, security.connectionRate; h323ctl bans",
    ),
    "scanner": Explanation("It looks for servers to break into.", _SEE_BANS),
    "slowed": Explanation("It is answered late, after too many failures.", _SEE_BANS),
    "banned": Explanation("It is not heard at all, for a while.", _SEE_BANS),
}
"""
By the word, as facts, records and the log have it.
"""
