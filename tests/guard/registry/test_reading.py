"""
A registry that is read: its entries, and each fault with its place.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from h323d.call.applications import CallType
from h323d.errors import ConfigurationError
from h323d.guard.registry.guardian import Guardian, ProofForm, Status
from h323d.guard.registry.reading import parse
from h323d.values.address import AddressKind, PartyAddress
from tests.support.guardians import entry, publicKey, registry

SAMPLE = Path(__file__).parents[3] / "etc" / "guardian-registry.yaml"
HEX = "ab" * 32


def only(text: str) -> Guardian:
    (found,) = registry(text)
    return found


def faultsOf(*entries: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse("guardians:\n" + "".join(entries), "it")
    return str(caught.value).splitlines()


def test_anEntryWithAKeyAloneHasTheDefaults() -> None:
    assert only(entry("anna")) == Guardian("if://guardian/anna", keys=(publicKey("anna"),))


def test_digitsStayAsTheyAreWritten() -> None:
    assert only(entry("anna", aliases="[e164:0012025550123]")).aliases == (
        PartyAddress(AddressKind.DIALLED_DIGITS, "0012025550123"),
    )


def test_oneOfSeveralNeedsNoBrackets() -> None:
    assert only(entry("anna", proof="ed25519")).proofs == (ProofForm.ED25519,)


def test_theNextKeyCountsToo() -> None:
    found = registry(entry("anna", next_public_key=publicKey("later").raw.hex()))
    (anna,) = found
    assert found.byKey(publicKey("anna").raw) == (anna, publicKey("anna"))
    assert found.byKey(publicKey("later").raw) == (anna, publicKey("later"))


def test_theStatusIsRead() -> None:
    assert only(entry("anna", status="suspended")).status is Status.SUSPENDED


def test_whatPeopleReadIsKept() -> None:
    found = only(entry("anna", role="technical", specialization="[law, war]"))
    assert found.particulars == (("role", "technical"), ("specialization", "law, war"))


def test_anEmptyFileHasNobody() -> None:
    assert len(parse("")) == len(parse("guardians:\n")) == len(parse("guardians: []\n")) == 0


def test_theSampleIsARegistryWithoutItsHashes() -> None:
    assert len(parse(SAMPLE.read_text())) == 0
    _, body = SAMPLE.read_text().split("guardians:\n")
    told = "".join(f"{line[1:]}\n" for line in body.splitlines())
    found = parse(f"guardians:\n{told}", "the sample")
    assert [each.terminalId.rpartition("/")[2] for each in found] == [
        "technical",
        "legal",
        "medical",
        "archive",
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"public_key": "ed25519:00"}, "public_key: is no SubjectPublicKeyInfo of Ed25519"),
        ({"public_key": "01" + "00" * 31}, "public_key: is a point of small order"),
        ({"public_ky": "x"}, "public_ky: is unknown; did you mean public_key?"),
        ({"status": "on"}, "status: 'on' is none of active, suspended, revoked"),
        ({"status": "[active]"}, "status: is to be one value"),
        ({"aliases": "anna"}, "aliases: 'anna' does not begin with"),
        ({"aliases": "e164:+44"}, "aliases: '+44' has other characters"),
        ({"aliases": "[h323:a, h323:a]"}, "aliases: has the same twice"),
        ({"bandwidth_quota_bps": "1e7"}, "bandwidth_quota_bps: '1e7' is no number from"),
        ({"nat": "yes"}, "nat: 'yes' is neither true nor false"),
        ({"addresses": "10.0.0.1/8"}, "addresses: 10.0.0.1/8 has host bits set"),
        ({"certificate": "sha1:00"}, "certificate: is not sha256:"),
        ({"registered_at": "yesterday"}, "registered_at: 'yesterday' is no time"),
        ({"registered_at": "2026-11-29T10:00:00"}, "does not say in which zone"),
        ({"secret": "hush"}, "secret: is not sha256:"),
        ({"proof": "[digest]"}, "secret: is missing"),
        ({"proof": "[address]"}, "addresses: are missing"),
        ({"proof": "[tls]", "public_key": ""}, "certificate: is missing"),
        ({"public_key": ""}, "public_key: is missing"),
        ({"public_key": "", "next_public_key": HEX, "proof": "tls"}, "public_key: is missing"),
        (
            {"proof": "address", "addresses": "10.0.0.1", "may": "EMERGENCY"},
            "may: EMERGENCY takes ed25519 or tls",
        ),
    ],
)
def test_aFaultIsToldWithItsEntryAndItsField(fields: dict[str, str], said: str) -> None:
    fields = {key: str(publicKey("x")) if value == HEX else value for key, value in fields.items()}
    told = faultsOf(entry("bert"), entry("anna", **fields))
    assert any(said in each for each in told)
    assert all("guardians[1] if://guardian/anna: " in each for each in told)


def test_aSecretIsNotShownInAnError() -> None:
    assert "hush" not in "".join(faultsOf(entry("anna", secret="hush")))


def test_aFaultHasTheLineOfItsValue() -> None:
    assert faultsOf(entry("anna", nat="true", status="on"))[0].startswith("it: line 5: ")


def test_allFaultsAreTold() -> None:
    assert len(faultsOf(entry("anna", nat="yes", status="on"), entry("bert", may="x"))) == 3


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ({"aliases": "h323:Chair"}, {"aliases": "h323:chair"}, "aliases"),
        ({"public_key": HEX}, {"public_key": HEX}, "public_key or certificate"),
        ({"addresses": "10.0.0.0/8"}, {"addresses": "10.1.0.0/16"}, "addresses"),
        ({"certificate": f"sha256:{HEX}"}, {"certificate": f"sha256:{HEX}"}, "certificate"),
    ],
)
def test_twoEntriesHaveNothingInCommon(
    one: dict[str, str], other: dict[str, str], field: str
) -> None:
    for each in (one, other):
        if each.get("public_key"):
            each["public_key"] = str(publicKey("both"))
    (told,) = faultsOf(entry("anna", **one), entry("bert", **other))
    assert field in told
    assert "is of if://guardian/anna, too (line 2)" in told


def test_twoEntriesOfOneNameAreRefused() -> None:
    again = entry("anna", public_key=str(publicKey("bert")))
    assert "terminal_id" in faultsOf(entry("anna"), again)[0]


@pytest.mark.parametrize("text", ["guardians: {a: b}", "- a", "guardians: x", "guardians:\n - x\n"])
def test_whatIsNoListOfEntriesIsRefused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="guardians"):
        parse(text)


def test_anotherListIsUnknown() -> None:
    with pytest.raises(ConfigurationError, match="line 2: guests: is unknown"):
        parse("guardians: []\nguests: []\n")


def test_emergencyTakesAnEntryThatSaysSoAndAStrongProof() -> None:
    found = only(entry("anna", may="[EMERGENCY]"))
    assert found.mayDeclare(CallType.EMERGENCY, ProofForm.ED25519)
    assert not found.mayDeclare(CallType.EMERGENCY, ProofForm.DIGEST)
    assert not only(entry("anna")).mayDeclare(CallType.EMERGENCY, ProofForm.ED25519)


GOOD = (
    "guardians:\n" + entry("anna", aliases="[h323:anna, e164:01]", status="active") + entry("bert")
)


@given(st.data())
def test_whateverIsWrongWithAFileIsAnErrorOfTheConfiguration(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.sampled_from(
                [
                    "\t",
                    "\n",
                    ":",
                    "- ",
                    "&a",
                    "*a",
                    "!!x ",
                    "{",
                    "[",
                    "'",
                    "é",
                    "\0",
                    "? ",
                    "|",
                    "---\n",
                    "%",
                    "\ufeff",
                ]
            )
            | st.text(max_size=4)
        )
        text = text[:place] + piece + text[place + data.draw(st.integers(0, 3)) :]
    with suppress(ConfigurationError):
        parse(text, "it")
