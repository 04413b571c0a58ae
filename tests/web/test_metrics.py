"""
What Prometheus reads: every figure under its own name, and no series that strangers make.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from h323d.call.mediatotals import Jitter, MediaTotals
from h323d.call.protection import UNPROTECTED, ProtectionState, Standing
from h323d.events.doors import BadInput
from h323d.events.following import TookOver
from h323d.operation.measures import Measures
from h323d.operation.opinions import Opinions
from h323d.values.address import TransportAddress
from h323d.values.distribution import Distribution
from h323d.web.metrics import CONTENT_TYPE, TABLE, Kind, Metrics, Seen
from tests.support.promtool import promtool
from tests.support.simulation import Simulation

PAGE = (Path(__file__).parents[2] / "docs/reference/metrics.rst").read_text()

LABELS = {
    "audio_codec", "codec", "direction", "door", "endpoint", "fact", "gate", "instance", "protocol",
    "reason", "role", "status", "terminal_id",
}  # fmt: skip
"""
Those of which it is known how many values there are.
"""

USERS = {
    "h323_gatekeeper_up": "gauge",
    "h323_gatekeeper_active_sessions": "gauge",
    "h323_gatekeeper_total_admissions": "unknown",
    "h323_gatekeeper_rejections_total": "counter",
    "h323_gatekeeper_uptime_seconds": "gauge",
    "h323_gatekeeper_failover_total": "counter",
    "h323_gatekeeper_failover_duration_seconds": "histogram",
    "h323_mcu_active_participants": "gauge",
    "h323_mcu_cpu_percent": "gauge",
    "h323_transcoding_cpu_percent": "gauge",
    "h323_rtp_latency_ms": "histogram",
    "h323_rtp_jitter_ms": "gauge",
    "h323_rtp_packets_lost_total": "counter",
    "h323_guardian_bandwidth_bps": "gauge",
    "h323_audio_codec_usage": "gauge",
    "h323_audio_quality_mos": "gauge",
    "h323_video_codec_usage": "gauge",
}
"""
The names that users gave, and of what kind each is.
"""


@cache
def measured(standing: Standing = UNPROTECTED) -> Measures:
    server = Simulation().server("10.0.0.1").server
    server.events.publish(BadInput(0.0, "SIP", TransportAddress("192.0.2.1", 5060), "", ""))
    server.events.publish(TookOver(0.0, "killed", 0.02, 1))
    return server.operator.vitals.measures(standing)


def scraped(measures: Measures | None = None, **seen: Any) -> bytes:
    given = {"instance": "here", "reactorLate": 0.25, "requests": {("/metrics", 200): 2}}
    looked = Seen(measures or measured(), **{**given, **seen})
    answer = Metrics(lambda: looked).answer()
    assert (answer.status, answer.contentType) == (200, CONTENT_TYPE)
    return answer.body


def families(text: bytes) -> dict[str, Metric]:
    return {each.name: each for each in text_string_to_metric_families(text.decode())}


def values(text: bytes, name: str) -> dict[tuple[str, ...], float]:
    """
    The series of a name, by the values of their labels, which stand in the order of the alphabet.
    """
    return {
        tuple(sample.labels.values()): sample.value
        for family in families(text).values()
        for sample in family.samples
        if sample.name == name
    }


def test_theNamesAreTheUsers() -> None:
    kinds = {each.name: each.kind.value for each in TABLE}
    assert {name: kinds.get(name) for name in USERS} == USERS


def test_everyFigureIsThereUnderItsOwnNameAndOfItsKind() -> None:
    lines = scraped().decode().splitlines()
    kinds = {Kind.UNTYPED: "untyped"}
    for each in TABLE:
        assert f"# TYPE {each.name} {kinds.get(each.kind, each.kind.value)}" in lines
    assert sum(line.startswith("# TYPE") for line in lines) == len(TABLE)


def test_theTotalOfAdmissionsIsNotRenamed() -> None:
    text = scraped(replace(measured(), admitted=7))
    assert b"\nh323_gatekeeper_total_admissions 7.0\n" in text
    assert b"total_admissions_total" not in text


def test_noFigureHasALabelThatIsNotOneOfAFew() -> None:
    assert {label for each in TABLE for label in each.labels} <= LABELS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("h323_gatekeeper_up", {("here", "active"): 1.0}),
        ("h323_gatekeeper_failover_total", {(): 1.0}),
        ("h323_gatekeeper_failover_duration_seconds_sum", {(): 0.02}),
        ("h323_bad_input_total", {("SIP",): 1.0}),
        ("h323_registrations", {("h323",): 0.0, ("sip",): 0.0}),
        ("h323_http_requests_total", {("/metrics", "200"): 2.0}),
        ("h323_reactor_late_seconds", {(): 0.25}),
        ("h323_ha_protected", {}),
        ("h323_audit_records_total", {}),
    ],
)
def test_whatAServerTells(name: str, expected: dict[tuple[str, ...], float]) -> None:
    assert values(scraped(), name) == expected


def test_oneThatTakesNoCallsDrains() -> None:
    measures = measured()
    health = replace(measures.health, draining=True, ok=False)
    text = scraped(replace(measures, health=health))
    assert values(text, "h323_gatekeeper_up") == {("here", "draining"): 1.0}


def test_howFarBehindWhoeverFollowsIs() -> None:
    text = scraped(measured(Standing(ProtectionState.PROTECTED, 1, 700, 3, 0.5)))
    assert values(text, "h323_ha_lag_seconds") == {(): 0.5}
    assert values(text, "h323_ha_protected") == {(): 1.0}


def test_howTheWitnessesLogFares() -> None:
    measures = measured()
    witness: dict[str, int | str] = {"state": "written", "records": 40, "waiting": 2, "headAge": 14}
    text = scraped(replace(measures, status=replace(measures.status, witness=witness)))
    for name, value in (("records_total", 40), ("unwritten", 2), ("head_age_seconds", 14)):
        assert values(text, f"h323_audit_{name}") == {(): value}


MEDIA = MediaTotals(
    Distribution((5, 10, 100), (2, 0, 3, 1), 500.5),
    *(7, 2.5, Jitter(0.004, 0.02), Jitter(0.001, 0.003), 4, 40.0, 10.0),
    *({"PCMU": 2, "opus": 0}, {"H264": 1}),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("h323_rtp_latency_ms_bucket", {("5",): 2, ("10",): 2, ("100",): 5, ("+Inf",): 6}),
        ("h323_rtp_latency_ms_count", {(): 6}),
        ("h323_rtp_latency_ms_sum", {(): 500.5}),
        ("h323_rtp_jitter_ms", {("in",): 4, ("out",): 1}),
        ("h323_rtp_jitter_ms_max", {("in",): 20, ("out",): 3}),
        ("h323_rtp_packets_lost_total", {("in",): 7, ("out",): 2.5}),
        ("h323_mcu_cpu_percent", {(): 40}),
        ("h323_transcoding_cpu_percent", {(): 10}),
        ("h323_media_late_ticks_total", {(): 4}),
        ("h323_audio_codec_usage", {("PCMU",): 2, ("opus",): 0}),
        ("h323_video_codec_usage", {("H264",): 1}),
    ],
)
def test_whatTheMediaTell(name: str, expected: dict[tuple[str, ...], float]) -> None:
    assert values(scraped(replace(measured(), media=MEDIA)), name) == pytest.approx(expected)


def test_howGoodEachCodecSounds() -> None:
    opinions = {"PCMU": Opinions(4.25, 3.5), "G722": Opinions(4.4, 4.4)}
    text = scraped(replace(measured(), opinions=opinions))
    assert values(text, "h323_audio_quality_mos") == {("PCMU",): 4.25, ("G722",): 4.4}
    assert values(text, "h323_audio_quality_mos_min") == {("PCMU",): 3.5, ("G722",): 4.4}


def test_whoIsRefusedAndWhoHasWhat() -> None:
    refused = {("INVALID_SIGNATURE", "guard"): 3, ("other", "none"): 1}
    guardians = {"if://guardian/safety": 128_000, "if://guardian/memory": 0}
    text = scraped(replace(measured(), refused=refused, guardians=guardians))
    assert values(text, "h323_gatekeeper_rejections_total") == {
        (gate, reason): count for (reason, gate), count in refused.items()
    }
    assert values(text, "h323_guardian_bandwidth_bps") == {
        (name,): value for name, value in guardians.items()
    }


def test_aNameWithControlsStaysAValue() -> None:
    name = 'a"} 1\nh323_gatekeeper_up 0\\'
    text = scraped(replace(measured(), guardians={name: 1}))
    assert values(text, "h323_guardian_bandwidth_bps") == {(name,): 1.0}


def test_theReferenceHasEveryFigureWithItsKindAndLabels() -> None:
    rows = re.findall(
        r"^   \* - ``(\w+)``(?:\n       ``\{([\w,]+)\}``)?\n     - (\w+)", PAGE, re.MULTILINE
    )
    assert rows == [
        (
            each.name,
            ",".join(each.labels),
            "untyped" if each.kind is Kind.UNTYPED else each.kind.value,
        )
        for each in TABLE
    ]


def test_promtoolComplainsOfNothingButWhatUsersNamed() -> None:
    complaints = promtool("check", "metrics", given=scraped(replace(measured(), media=MEDIA)))
    assert [line for line in complaints if line.partition(" ")[0] not in USERS] == [
        "h323_rtp_jitter_ms_max metric names should not contain abbreviated units"
    ]
