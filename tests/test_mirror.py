"""
Tests mirror modules: C{tests/x/test_y.py} is about C{h323d/x/y.py}, and whoever changes a module
knows where its tests are.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = ROOT / "h323d"
SCHEMAS = PACKAGE / "asn1" / "schema"
GENERATED = {"codec", "schema"}

VALUES = """
    asn1/runtime/limits call/account call/defence call/forwarding call/inquiry call/legs call/lines
    call/mailboxes call/media call/mediatotals call/observer call/particulars call/policy call/ports call/protection call/relaying call/site
    call/statistics call/texts call/transport call/watching conference/meeting conference/roles council/context
    dsp/codec events/calls events/council events/doors events/following events/gatekeeper events/rooms
    events/server
    gatekeeper/context gatekeeper/reaching gatekeeper/settings gateway/bridginginputs
    gateway/trunklines h323/calls/callinputs h323/calls/startinputs h323/gatekept
    h323/h245/messages h323/h245/owner h323/h245/source h323/ports media/packets
    media/relay/reports media/reports sip/digest/users sip/events/packages sip/outside sip/ports
    sip/transactions/timers operation/measures values/distribution values/diversion values/media/discord values/media/medium
    values/media/shaken values/media/streams values/proceeding values/referred world/sharing
    """
"""
Values, constants and interfaces alone: there is nothing in them that could be done wrong.
"""

PARTS = {
    # What reads and writes PER is seen by what it reads and writes.
    "tests/asn1/test_compiler.py": """
        asn1/compiler/codec asn1/compiler/decoding asn1/compiler/decoding_bits
        asn1/compiler/decoding_leaves asn1/compiler/encoding asn1/compiler/encoding_bits
        asn1/compiler/encoding_leaves asn1/compiler/shapes asn1/compiler/source
        """,
    "tests/asn1/test_limits.py": "asn1/runtime/failures asn1/runtime/reading asn1/runtime/writing",
    # Programs, which are run.
    "tests/cli/test_call.py": "cli/calloptions cli/callsettings",
    "tests/system/test_call.py": "cli/party cli/phone cli/phonesettings",
    "tests/system/test_guard.py": "cli/sipregistration",
    "tests/operation/test_health.py": "operation/healthstate",
    "tests/system/test_service.py": "house/lone house/sealing service",
    "tests/system/test_web.py": "house/observed",
    "tests/system/test_failover.py": """
        house/descriptors house/fork house/inside house/protected house/protection house/successor
        world/answers world/clock world/held world/listeners world/media
        world/ports world/sockets world/world
        """,
    "tests/cli/test_ctl.py": "cli/answers cli/check cli/local",
    "tests/operation/test_wirelog.py": "call/wire",
    "tests/support/lease.py": "call/lease",
    "tox.ini": "cli/demo cli/serverprocess",
    "tests/test_h323_production_12guardian.py": """
        rehearse/findings rehearse/haste rehearse/program rehearse/relayprocess rehearse/run
        rehearse/terminal
        """,
    # Threads, which are started.
    "tests/system/test_media_thread.py": "media/thread",
    "tests/system/test_relay_thread.py": "media/relay/thread",
    "tests/walks/test_nat.py": "media/relay/stepped",
    # How packets go on from one to the other, which is one thing to those two.
    "tests/media/audio/test_passing.py": "media/audio/forwarding media/audio/strays",
    "tests/media/audio/test_transcoding.py": "media/audio/laneforms",
    # One thing in several modules, that has no seam within.
    "tests/test_config.py": "config/reading config/sample config/sections",
    "tests/conference/test_host.py": "conference/rules",
    "tests/conference/test_lobby.py": "conference/visitor",
    "tests/conference/test_room.py": "conference/whisper",
    "tests/gateway/test_bridge.py": "gateway/dialling gateway/hearing",
    "tests/gateway/test_transferredleg.py": "gateway/standin",
    "tests/sip/calls/test_calls.py": "sip/calls/describedcall",
    "tests/sip/events/test_notifier.py": "sip/events/subscription",
    "tests/walks/test_council.py": """
        council/council council/councils council/member council/places council/ringing
        operation/councilkeeping
        """,
    "tests/walks/test_attended_transfer.py": "conference/seatrequest gateway/handovers",
    "tests/witness/test_assembly.py": "witness/known",
    "tests/walks/test_merging.py": "operation/merging",
    "tests/walks/test_third_party.py": "operation/calling",
    "tests/gatekeeper/registry/test_store.py": "gatekeeper/registry/storefile",
    "tests/gatekeeper/trunks/test_registrations.py": "gatekeeper/trunks/registration",
    "tests/gatekeeper/trunks/test_trunk.py": "gatekeeper/trunks/target",
    "tests/gatekeeper/test_zone.py": """
        gatekeeper/ras/assembly gatekeeper/security/assembly gatekeeper/tables
        """,
    "tests/gatekeeper/routed/test_call.py": """
        gatekeeper/routed/attempt gatekeeper/routed/calledsaid gatekeeper/routed/context
        gatekeeper/routed/facts
        """,
    "tests/guard/gates/test_chain.py": """
        guard/gates/authenticity guard/gates/capacity guard/gates/fairness guard/gates/inputs
        guard/gates/keymatch guard/gates/kind guard/gates/listing guard/gates/privacy
        """,
    "tests/cli/witness/test_recorded.py": "cli/witness/deciding",
    "tests/guard/test_guard.py": "guard/identification guard/stocktaking",
    "tests/walks/test_decisions.py": "guard/judging server/remembering",
    "tests/walks/test_guard.py": "server/guarding",
    "tests/walks/test_policies.py": "server/policing",
    "tests/telling/test_primitives.py": "telling/tellable",
    "tests/h323/test_endpoint.py": "h323/calls/originator",
    "tests/h323/calls/test_leg.py": "h323/calls/facility h323/calls/legcontext h323/calls/legdigits",
    "tests/h323/h245/test_media.py": "h323/h245/channels/incoming",
    "tests/h323/h245/test_session.py": "h323/h245/negotiation",
    "tests/media/test_srtp.py": "media/shield",
    # What a pool over processes is made of, which has no seam within.
    "tests/media/test_remotepool.py": """
        media/children media/farparty media/progress media/remotedoor media/remotemedia
        """,
    "tests/system/test_keeper.py": "cli/keeper",
    "tests/system/test_media_process.py": "cli/mediaprocess media/launching",
    "tests/media/audio/test_plane.py": """
        media/audio/groups media/audio/negotiated
        media/audio/speaking media/audio/stages media/audio/survey
        """,
    "tests/operation/test_operator.py": "operation/presence operation/wires",
    "tests/operation/test_views.py": """
        operation/councilviews operation/peerviews operation/routeviews operation/statusviews
        """,
    "tests/walks/test_parent.py": "gatekeeper/parents/assembly gatekeeper/parents/parent",
    "tests/server/test_server.py": "server/assembly",
    "tests/sip/test_endpoint.py": "sip/wayout",
    "tests/sip/test_flows.py": "sip/streamflow",
    "tests/sip/test_registrar.py": "sip/binding sip/outbound sip/registrations",
    "tests/sip/calls/test_calledleg.py": """
        sip/calls/incoming sip/calls/invited sip/calls/leg sip/calls/requests
        """,
    "tests/sip/calls/test_callingleg.py": "sip/calls/inviting",
    "tests/sip/sdp/test_fingerprints.py": "sip/sdp/encrypting",
    "tests/sip/sdp/test_negotiation.py": """
        sip/sdp/lines sip/sdp/refusal sip/sdp/selection sip/sdp/streams
        """,
    "tests/witness/log/test_verdict.py": "witness/log/faults",
    "tests/sip/transactions/test_layer.py": "sip/transactions/running",
}
"""
What is a part, and is tested as that: by the file that tests the whole.
"""

EXCEPTIONS = [*VALUES.split(), *(module for each in PARTS.values() for module in each.split())]


def modules() -> set[str]:
    """
    The modules that somebody wrote, by their paths without C{.py}.
    """
    return {
        str(path.relative_to(PACKAGE).with_suffix(""))
        for path in PACKAGE.rglob("*.py")
        if path.stem not in ("__init__", "__main__")
        and not GENERATED & set(path.parts)
        and not isCodec(path)
    }


def isCodec(path: Path) -> bool:
    """
    Whether it is the name by which a generated codec is imported.
    """
    return path.parent == SCHEMAS.parent and (SCHEMAS / path.name).exists()


def hasTests(module: str) -> bool:
    return (TESTS / module).with_name(f"test_{Path(module).name}.py").exists()


def test_everyModuleHasTestsOfItsName() -> None:
    assert sorted(each for each in modules() - set(EXCEPTIONS) if not hasTests(each)) == []


def test_noExceptionHasTestsOrIsGone() -> None:
    assert sorted(set(EXCEPTIONS) - modules()) == []
    assert [each for each in EXCEPTIONS if hasTests(each)] == []
    assert len(EXCEPTIONS) == len(set(EXCEPTIONS))


def test_whatTestsTheWholeIsThere() -> None:
    assert [name for name in PARTS if not (ROOT / name).exists()] == []
