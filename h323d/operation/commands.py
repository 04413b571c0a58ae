"""
What an operator can ask and command, in one table: who may, with which arguments.  The
desk (L{h323d.operation.desk}) checks by it whatever the doors hand in, C{h323ctl} makes its
command line and its tables of it, and the manhole its names.

Each command is the L{Operator<h323d.operation.operator.Operator>}'s method of that name,
and answers with the views (L{h323d.operation.views}) that this returns.  They are not
imported here: C{h323ctl} is to start at once.
"""

from __future__ import annotations

from h323d.operation.command import Argument, ArgumentKind, Column, Command, Role

__all__ = ["COMMANDS", "WAYS"]

_LIMIT = Argument("limit", "LIMIT", "how many at most; 1000", ArgumentKind.NUMBER, optional=True)
_TEXTS = frozenset(
    (
        *("aliases", "called", "calling", "displayName", "lastRefusal", "missing"),
        *("octets", "participants", "prefixes", "product", "reason", "refused", "targets", "what"),
        "why",
    )
)


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name in _TEXTS) for name in names)


WAYS = tuple(
    f"{figure} {way}" for way in ("from", "to") for figure in ("MOS", "loss%", "delay", "jitter")
)
"""
The columns of how good the sound is, each way.
"""
_CALL_COLUMNS = _columns(
    *("callId", "protocol", "room", "calling", "called", "state", "joined", "quality"),
    "packetsLost",
    *(
        "jitter ms",
        "peer",
        "format",
        "encryption",
        "presence",
        "bridge",
        "sound",
        "passing",
        "direction",
        "legId",
        "displayName",
    ),
    *("packetsReceived", "packetsSent", "model", "side", "target", "bandwidth", "used"),
    *("answered", "admitted", "endpointId", "callIdentifier", *WAYS),
)
_ROOM_COLUMNS = _columns(
    *("room", "open", "participants", "quality", "locked", "speaker", "maxParticipants")
)
_MEMBER_COLUMNS = _columns(
    *("name", "role", "voice", "presence", "level", "quality", *WAYS, "legId", "displayName")
)
_COUNCIL_COLUMNS = _columns(
    *("room", "callType", "since", "left", "seats", "guardians", "present", "waiting", "guests"),
    *("by",),
)
_GUARDIAN_COLUMNS = _columns(
    *("guardian", "state", "refused", "why", "attempts", "place", "came", "attended", "legId")
)
_COUNCIL_VERBS = ("show", "convene", "dismiss")
_CALL_TYPES = ("ROUTINE", "ESCALATE", "EMERGENCY")
_VERBS = ("list", "mute", "unmute", "kick", "lock", "unlock", "invite", "merge", "announce")
_REGISTRATION_COLUMNS = _columns(
    *(
        "aliases",
        "protocol",
        "signalling",
        "kind",
        "endpointId",
        "source",
        "timeToLive",
        "user",
        "product",
        "roundTrips",
    )
)
_PARENT_COLUMNS = _columns(
    *("parent", "state", "since", "gatekeeper", "gatekeeperIdentifier", "aliases", "prefixes"),
    *("calls", "lastRefusal", "endpointId"),
)
_RECORD_COLUMNS = _columns(
    *("offered", "duration", "outcome", "calling", "called", "room", "model"),
    *("callingPeer", "calledPeer", "causeName", "releasedBy", "reason"),
)
_TRUNK_COLUMNS = _columns(
    *("trunk", "state", "since", "roundTrip", "calls", "lastCause", "reason", "protocol"),
    *("address", "prefixes", "priority", "weight", "capacity", "obstacle"),
    *("registration", "expires", "targets"),
)
_CODEC_COLUMNS = _columns(
    *("name", "ways", "library", "missing", "loaded", "encoding"),
    *("side", "format", "way", "impairment", "bitRate", "why"),
)
_BAN_COLUMNS = _columns("source", "reason", "since", "until", "times", "counted")
_TRACED_COLUMNS = _columns("time", "source", "target", "what", "protocol")
_WIRE_COLUMNS = _columns("at", "source", "target", "protocol", "transport", "octets")
_FORMS = ("ladder", "octets")
_PROTOCOLS = ("all", "SIP", "H.225.0", "H.245", "RAS")
_TRACED = "a call, by its callId, Call-ID or callIdentifier; a peer's address; - for all"

COMMANDS = (
    Command("status", Role.VIEWER, "the server at a glance"),
    Command("health", Role.VIEWER, "whether calls are taken; exit status 0, 1 degraded, 2 down"),
    Command(
        "calls",
        Role.VIEWER,
        "every leg, with its media, and every admitted call",
        (_LIMIT,),
        _CALL_COLUMNS,
    ),
    Command(
        "room",
        Role.MODERATOR,
        "who is in a room; or mute, put out, call or tell them something",
        (
            Argument("name", "ROOM", "its name, or an alias"),
            Argument(
                *("verb", "VERB", "what to do there"), optional=True, choices=_VERBS, asking="list"
            ),
            Argument(
                *("what", "WHAT", "a participant, or all; whom to call; a call; or a sound"),
                optional=True,
            ),
        ),
        _MEMBER_COLUMNS,
    ),
    Command(
        "council",
        Role.MODERATOR,
        "who of a council has come; or call guardians together into a room, or dismiss them",
        (
            Argument("name", "ROOM", "its name, or an alias"),
            Argument(
                *("verb", "VERB", "what to do"),
                optional=True,
                choices=_COUNCIL_VERBS,
                asking="show",
            ),
            Argument(
                *("names", "NAMES", "of guardians, with commas between; - for all that are active"),
                optional=True,
            ),
            Argument(
                *("callType", "TYPE", "as which every call there counts"),
                optional=True,
                choices=_CALL_TYPES,
            ),
        ),
        _GUARDIAN_COLUMNS,
        isSigned=True,
    ),
    Command("councils", Role.VIEWER, "every council", (), _COUNCIL_COLUMNS),
    Command("rooms", Role.VIEWER, "every open room, and who is in it", (), _ROOM_COLUMNS),
    Command(
        "registrations",
        Role.VIEWER,
        "every registered endpoint, or the one of a name",
        (
            Argument(
                *("name", "NAME", "an alias, an identifier, or an address; - for all"),
                optional=True,
            ),
            _LIMIT,
        ),
        _REGISTRATION_COLUMNS,
    ),
    Command(
        "parents",
        Role.VIEWER,
        "every gatekeeper that we are registered with, or want to be",
        (),
        _PARENT_COLUMNS,
    ),
    Command(
        "cdr",
        Role.VIEWER,
        "the last call detail records, the newest first",
        (Argument("count", "N", "how many; 20", ArgumentKind.NUMBER, optional=True),),
        _RECORD_COLUMNS,
    ),
    Command(
        "trace",
        Role.VIEWER,
        "the signalling of one call, SIP and H.323 side by side",
        (Argument("name", "CALL|ADDRESS", _TRACED), _LIMIT),
        _TRACED_COLUMNS,
    ),
    Command(
        "wire",
        Role.OPERATOR,
        "the same, or that of everybody, as octets in hexadecimal",
        (
            Argument("name", "CALL|ADDRESS", _TRACED, optional=True),
            _LIMIT,
            Argument(
                *("protocol", "PROTOCOL", "of one only"),
                optional=True,
                choices=_PROTOCOLS,
            ),
        ),
        _WIRE_COLUMNS,
    ),
    Command(
        "follow",
        Role.OPERATOR,
        "either of both, and what is said from now on, until the call is over",
        (
            Argument("name", "CALL|ADDRESS", _TRACED),
            Argument(
                *("form", "FORM", "rows as of trace, or as of wire"),
                optional=True,
                choices=_FORMS,
                asking=_FORMS[0],
            ),
            _LIMIT,
        ),
    ),
    Command(
        "codecs",
        Role.VIEWER,
        "what sound can be coded here, or what two who call each other would speak",
        (
            Argument("caller", "A", "what the caller speaks: PCMU,G722", optional=True),
            Argument("called", "B", "what the called side speaks: G729,opus", optional=True),
        ),
        _CODEC_COLUMNS,
    ),
    Command(
        "trunks",
        Role.VIEWER,
        "every trunk: whether it is up, since when, and its calls",
        (),
        _TRUNK_COLUMNS,
    ),
    Command(
        "call",
        Role.MODERATOR,
        "call two parties, and join them",
        (
            Argument("first", "A", "who is called first: an alias, a number, or a URI"),
            Argument("second", "B", "who is called when A has answered"),
        ),
    ),
    Command(
        "route",
        Role.VIEWER,
        "where a call to a name would go, for the gatekeeper",
        (
            Argument("name", "NAME", "who is called: an alias, a number, or a URI"),
            Argument("caller", "CALLER", "who calls: a registered endpoint", optional=True),
        ),
    ),
    Command(
        "ha",
        Role.OPERATOR,
        "whether another server follows; have it lead, or another follow",
        (
            Argument(
                *("action", "ACTION", "status, switchover, or join"),
                optional=True,
                choices=("status", "switchover", "join"),
                asking="status",
            ),
        ),
    ),
    Command(
        "hangup",
        Role.MODERATOR,
        "end a call, a leg, or all calls of a room",
        (Argument("name", "ID", "of the call, the leg or the room"),),
    ),
    Command(
        "transfer",
        Role.MODERATOR,
        "have one side of a routed call, the caller by default, call somebody else",
        (
            Argument("name", "ID", "of the routed call"),
            Argument("target", "TARGET", "whom to call instead"),
            Argument(
                *("side", "SIDE", "calling, or called"),
                optional=True,
                choices=("calling", "called"),
            ),
        ),
    ),
    Command(
        "unregister",
        Role.OPERATOR,
        "end a registration",
        (Argument("name", "NAME", "an alias, an identifier, or an address"),),
    ),
    Command(
        "bans",
        Role.OPERATOR,
        "who is banned; ban an address or a network, or lift that",
        (
            Argument(
                *("action", "ACTION", "list, add, or remove"),
                optional=True,
                choices=("list", "add", "remove"),
                asking="list",
            ),
            Argument("source", "ADDRESS", "an address, or a network: 192.0.2.0/24", optional=True),
            Argument(
                *("seconds", "SECONDS", "for how long; until it is removed", ArgumentKind.NUMBER),
                optional=True,
            ),
        ),
        _BAN_COLUMNS,
    ),
    Command(
        "maintenance",
        Role.OPERATOR,
        "take no new calls, and let those that are there finish",
        (
            Argument(
                *("action", "ACTION", "on, off, or status"),
                optional=True,
                choices=("on", "off", "status"),
                asking="status",
            ),
        ),
    ),
)
