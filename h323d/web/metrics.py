"""
C{/metrics}: the figures of a server as Prometheus reads them, under the names that their users
gave them.

L{TABLE} has all of them.  None has a label for a call, a leg, an address or what somebody says of
himself: there would be a series for each that ever was.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from h323d.operation.measures import Measures
from h323d.values.distribution import Distribution
from h323d.web.endpoints import Answer

__all__ = ["TABLE", "Figure", "Kind", "Metrics", "Seen"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_MS = 1000.0  # milliseconds in a second

Value = float | Distribution
Series = Iterable[tuple[tuple[str, ...], Value]]
"""
Values, each with those of its labels.
"""


class Kind(enum.Enum):
    """
    What Prometheus calls them.
    """

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    UNTYPED = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A server at one time.

    @ivar instance: which it is.
    @ivar reactorLate: seconds that the reactor was late at most, lately.
    @ivar requests: by HTTP that were answered, by path and status.
    """

    measures: Measures
    instance: str
    reactorLate: float
    requests: Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One of them.

    @ivar labels: their names.
    @ivar read: gives its series; none, where there is no such thing.
    """

    name: str
    kind: Kind
    help: str
    read: Callable[[Seen], Series]
    labels: tuple[str, ...] = ()

    def metric(self, seen: Seen) -> Metric:
        """
        It, as prometheus-client has it; under its own name, to which that adds nothing.
        """
        name = self.name.removesuffix("_total") if self.kind is Kind.COUNTER else self.name
        metric = Metric(name, self.help, self.kind.value)
        for values, value in self.read(seen):
            labels = dict(zip(self.labels, values, strict=True))
            if isinstance(value, Distribution):
                _addDistribution(metric, self.name, labels, value)
            else:
                metric.add_sample(self.name, labels, value)
        return metric


def _addDistribution(
    metric: Metric, name: str, labels: Mapping[str, str], value: Distribution
) -> None:
    bounds = [*(f"{float(each):g}" for each in value.bounds), "+Inf"]
    upTo = list(accumulate(value.counts))
    for bound, count in zip(bounds, upTo, strict=True):
        metric.add_sample(f"{name}_bucket", {**labels, "le": bound}, count)
    metric.add_sample(f"{name}_count", dict(labels), upTo[-1])
    metric.add_sample(f"{name}_sum", dict(labels), value.total)


class Metrics(Collector):
    """
    A registry of our own, of one server.
    """

    def __init__(self, look: Callable[[], Seen]) -> None:
        self._look = look
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def collect(self) -> Iterator[Metric]:
        seen = self._look()
        return (each.metric(seen) for each in TABLE)

    def answer(self) -> Answer:
        """
        As it is now.
        """
        return Answer(200, CONTENT_TYPE, generate_latest(self._registry))


def _one(value: Value) -> Series:
    return [((), value)]


def _labelled(values: Mapping[str, Value] | Mapping[str, int]) -> Series:
    return [((name,), value) for name, value in sorted(values.items())]


def _directions(received: float, sent: float) -> Series:
    return [(("in",), received), (("out",), sent)]


def _up(seen: Seen) -> Series:
    role = "draining" if seen.measures.health.draining else "active"
    return [((seen.instance, role), 1)]


def _sessions(seen: Seen) -> Series:
    return _one(seen.measures.status.calls)


def _uptime(seen: Seen) -> Series:
    return _one(seen.measures.status.uptime)


def _admissions(seen: Seen) -> Series:
    return _one(seen.measures.admitted)


def _rejections(seen: Seen) -> Series:
    return sorted(seen.measures.refused.items())


def _failovers(seen: Seen) -> Series:
    return _one(sum(seen.measures.takeOvers.counts))


def _failoverDuration(seen: Seen) -> Series:
    return _one(seen.measures.takeOvers)


def _participants(seen: Seen) -> Series:
    return _one(seen.measures.status.participants)


def _cpu(seen: Seen) -> Series:
    return _one(seen.measures.media.busy)


def _transcoding(seen: Seen) -> Series:
    return _one(seen.measures.media.coding)


def _latency(seen: Seen) -> Series:
    return _one(seen.measures.media.latency)


def _jitter(seen: Seen) -> Series:
    media = seen.measures.media
    return _directions(_MS * media.jitterIn.mean, _MS * media.jitterOut.mean)


def _worstJitter(seen: Seen) -> Series:
    media = seen.measures.media
    return _directions(_MS * media.jitterIn.worst, _MS * media.jitterOut.worst)


def _lost(seen: Seen) -> Series:
    return _directions(seen.measures.media.lostIn, seen.measures.media.lostOut)


def _bandwidth(seen: Seen) -> Series:
    return _labelled(seen.measures.guardians)


def _audio(seen: Seen) -> Series:
    return _labelled(seen.measures.media.audio)


def _video(seen: Seen) -> Series:
    return _labelled(seen.measures.media.video)


def _mos(seen: Seen) -> Series:
    return _labelled({name: each.mean for name, each in seen.measures.opinions.items()})


def _lowestMOS(seen: Seen) -> Series:
    return _labelled({name: each.lowest for name, each in seen.measures.opinions.items()})


def _facts(seen: Seen) -> Series:
    return _labelled(seen.measures.status.facts)


def _badInput(seen: Seen) -> Series:
    return _labelled(seen.measures.badInput)


def _registrations(seen: Seen) -> Series:
    return _labelled(seen.measures.registered)


def _gates(seen: Seen) -> Series:
    return _labelled(seen.measures.gates)


def _requests(seen: Seen) -> Series:
    counts = sorted(seen.requests.items())
    return [((path, str(status)), count) for (path, status), count in counts]


def _audit(seen: Seen, name: str) -> Series:
    witness = seen.measures.status.witness
    return [] if witness is None else _one(float(witness[name]))


def _auditRecords(seen: Seen) -> Series:
    return _audit(seen, "records")


def _auditHeadAge(seen: Seen) -> Series:
    return _audit(seen, "headAge")


def _auditUnwritten(seen: Seen) -> Series:
    return _audit(seen, "waiting")


def _lateTicks(seen: Seen) -> Series:
    return _one(seen.measures.media.lateTicks)


def _reactorLate(seen: Seen) -> Series:
    return _one(seen.reactorLate)


@dataclass(frozen=True, slots=True)
class _Following:
    """
    A figure that operators see under the same name.
    """

    name: str

    def __call__(self, seen: Seen) -> Series:
        figures = seen.measures.status.ha
        return [] if figures is None else _one(figures[self.name])


def _ofHA(name: str, kind: Kind, help_: str) -> Figure:
    return Figure(name, kind, help_, _Following(name))


G, C, H = Kind.GAUGE, Kind.COUNTER, Kind.HISTOGRAM

TABLE = (
    Figure(
        *("h323_gatekeeper_up", G, "1: whoever answers leads, and takes calls, or drains."),
        *(_up, ("instance", "role")),
    ),
    Figure("h323_gatekeeper_active_sessions", G, "Calls that there are.", _sessions),
    Figure("h323_gatekeeper_uptime_seconds", G, "Since the server began.", _uptime),
    Figure(
        *("h323_gatekeeper_total_admissions", Kind.UNTYPED, "Calls that were let in."),
        _admissions,
    ),
    Figure(
        *("h323_gatekeeper_rejections_total", C, "Calls and registrations that were refused."),
        *(_rejections, ("reason", "gate")),
    ),
    Figure("h323_gatekeeper_failover_total", C, "How often another took over.", _failovers),
    Figure(
        *("h323_gatekeeper_failover_duration_seconds", H, "How long each of these took."),
        _failoverDuration,
    ),
    Figure("h323_mcu_active_participants", G, "Who is in a room.", _participants),
    Figure(
        *("h323_mcu_cpu_percent", G, "Of a processor, that the busiest media thread uses."), _cpu
    ),
    Figure(
        *("h323_transcoding_cpu_percent", G, "Of a processor, that codecs use in a media thread."),
        _transcoding,
    ),
    Figure("h323_rtp_latency_ms", H, "From when a packet came until it is heard.", _latency),
    Figure(
        *("h323_rtp_jitter_ms", G, "Interarrival jitter: the mean of all ports."),
        *(_jitter, ("direction",)),
    ),
    Figure(
        *("h323_rtp_jitter_ms_max", G, "Interarrival jitter: that of the worst port."),
        *(_worstJitter, ("direction",)),
    ),
    Figure("h323_rtp_packets_lost_total", C, "Packets that were lost.", _lost, ("direction",)),
    Figure(
        *("h323_guardian_bandwidth_bps", G, "Bit/s that each guardian of the registry has."),
        *(_bandwidth, ("terminal_id",)),
    ),
    Figure("h323_audio_codec_usage", G, "Ports that send it.", _audio, ("codec",)),
    Figure("h323_video_codec_usage", G, "Ports that send it.", _video, ("codec",)),
    Figure(
        *("h323_audio_quality_mos", G, "Mean opinion score, of all legs that speak it."),
        *(_mos, ("codec",)),
    ),
    Figure(
        *("h323_audio_quality_mos_min", G, "Mean opinion score of the worst of these legs."),
        *(_lowestMOS, ("codec",)),
    ),
    Figure("h323_facts_total", C, "How often it has happened.", _facts, ("fact",)),
    Figure("h323_bad_input_total", C, "What could not be read.", _badInput, ("door",)),
    Figure("h323_registrations", G, "Who is registered.", _registrations, ("protocol",)),
    Figure("h323_gate_seconds", H, "How long each gate took to answer.", _gates, ("gate",)),
    Figure(
        *("h323_http_requests_total", C, "Requests by HTTP that were answered."),
        *(_requests, ("endpoint", "status")),
    ),
    Figure("h323_audit_records_total", C, "Records in the witness's log.", _auditRecords),
    Figure(
        *("h323_audit_head_age_seconds", G, "Of the newest head, if it does not cover all."),
        _auditHeadAge,
    ),
    Figure("h323_audit_unwritten", G, "Records that are not on the disk yet.", _auditUnwritten),
    Figure("h323_media_late_ticks_total", C, "Ticks of media that came late.", _lateTicks),
    Figure("h323_reactor_late_seconds", G, "How late the reactor was, at most.", _reactorLate),
    _ofHA("h323_ha_protected", G, "Whether somebody follows who could lead."),
    _ofHA("h323_ha_lag_turns", G, "Turns that whoever follows has not done."),
    _ofHA("h323_ha_lag_seconds", G, "How far behind whoever follows is."),
    _ofHA("h323_ha_divergence_total", C, "How often one that followed did something else."),
    _ofHA("h323_ha_unprotected_deaths_total", C, "Deaths that nobody has borne."),
)
"""
All of them.
"""
