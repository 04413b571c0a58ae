"""
Tests mirror modules: C{tests/x/test_y.py} is about C{h323d/x/y.py}, and whoever changes a module
knows where its tests are.
"""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "h323d"
GENERATED = {"codec", "schema"}  # of asn1; what reads and writes by them is tested as a whole

VALUES = """
asn1/runtime/limits
call/inquiry
call/legs
call/media
call/observer
call/policy
call/transport
dsp/codec
events/calls
events/doors
events/gatekeeper
events/rooms
events/server
gatekeeper/settings
h323/calls/callinputs
h323/calls/startinputs
h323/h245/messages
h323/h245/owner
h323/h245/source
media/packets
media/relay/reports
media/reports
sip/transactions/timers
values/media/digits
values/media/medium
values/media/profile
values/media/streams
values/proof
"""
"""
Values, constants and interfaces alone: there is nothing in them that could be done wrong.
"""

ELSEWHERE = {
    "asn1/test_compiler.py": """
        asn1/compiler/codec asn1/compiler/decoding asn1/compiler/decoding_bits
        asn1/compiler/decoding_leaves asn1/compiler/encoding asn1/compiler/encoding_bits
        asn1/compiler/encoding_leaves asn1/compiler/shapes asn1/compiler/source
        """,
    "asn1/test_limits.py": """
        asn1/runtime/failures asn1/runtime/reading asn1/runtime/writing
        """,
}
"""
Parts of one thing, of which only the whole can be tested well: by the file that does.
"""


def modules() -> set[str]:
    """
    The modules that somebody wrote and that do something.
    """
    found = {
        str(path.relative_to(PACKAGE).with_suffix(""))
        for path in PACKAGE.rglob("*.py")
        if path.stem not in ("__init__", "__main__") and not GENERATED & set(path.parts)
    }
    return {each for each in found if not isFace(each)}


def isFace(module: str) -> bool:
    """
    Whether it is the one name by which a generated codec is imported.
    """
    return (PACKAGE / "asn1" / "schema" / f"{Path(module).name}.py").exists() and module.startswith(
        "asn1/h"
    )


def hasTests(module: str) -> bool:
    return (TESTS / module).with_name(f"test_{Path(module).name}.py").exists()


def test_everyModuleHasTestsOfItsName() -> None:
    excepted = set(VALUES.split()).union(*(each.split() for each in ELSEWHERE.values()))
    assert sorted(each for each in modules() - excepted if not hasTests(each)) == []


def test_noModuleIsAnExceptionThatHasTestsOrIsNotThere() -> None:
    excepted = [*VALUES.split(), *(name for each in ELSEWHERE.values() for name in each.split())]
    assert sorted(set(excepted) - modules()) == []
    assert [each for each in excepted if hasTests(each)] == []
    assert len(excepted) == len(set(excepted))


def test_whatIsTestedElsewhereIsTestedThere() -> None:
    assert [name for name in ELSEWHERE if not (TESTS / name).exists()] == []
