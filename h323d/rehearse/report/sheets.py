"""
Results as tables of words: what the terminal and the page have in common.

Verdicts come first.  A figure that nobody measured is a dash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from h323d.cli.table import printable
from h323d.rehearse.results import Bin, Distribution, Load, Pair, Party, Rehearsal

__all__ = ["DASH", "Sheet", "named", "sheets", "verdict"]

DASH = "-"
SPEAKER = "who speaks"
MOST_STRETCHES = 12  # of time, in a table
MOST_FAULTS = 40  # that are listed

LATENCY = "Latency of the server"
SERVER = (
    "From the arrival of an RTP packet at the server to the departure of the first mixed packet "
    "that carries its sound: from when one party sent it to when another played it, less what "
    "packets waited there, on average, and what codecs delay by themselves."
)
MOUTH = (
    "From the mouth of one party to the ear of another: with packetisation, the network, the "
    "server, and the jitter buffer of the listener."
)
JITTER = "Interarrival jitter (RFC 3550) of what came from the server, by every party's packets."
MATRIX = (
    "A row for each speaker, a column for each listener: latency p50 / p99 in ms, of the server "
    "where that was measured, else from mouth to ear; and how much was heard, where that is not "
    "all."
)
QUALITY = (
    "An estimate by the E-model (ITU-T G.107), of what each party hears, from its latency, its "
    "loss and its codec; 1 to 4.5.  Those of two scales do not compare."
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    @ivar name: by which its plot is found.
    @ivar columns: the first one has what a row is about.
    @ivar rows: texts that neither steer a terminal nor turn the direction of writing.
    @ivar told: what the figures are of.
    """

    name: str
    title: str
    columns: Row
    rows: tuple[Row, ...]
    told: str = ""


def sheets(rehearsal: Rehearsal) -> tuple[Sheet, ...]:
    """
    All that have anything in them, in the order of what a reader asks first.
    """
    made = (
        _promises(rehearsal),
        _overTime("server", LATENCY, rehearsal.heard.server, SERVER),
        _overTime("mouthToEar", "Latency from mouth to ear", rehearsal.heard.mouthToEar, MOUTH),
        _overTime("jitter", "Jitter", rehearsal.jitter, JITTER),
        _distributions(rehearsal),
        _joins(rehearsal),
        _leaves(rehearsal),
        *_matrices(rehearsal),
        _reception(rehearsal),
        _mos(rehearsal),
        _load(rehearsal.load),
        _incidents(rehearsal),
        _lost(rehearsal),
        _faults(rehearsal),
        _environment(rehearsal),
    )
    return tuple(each for each in made if each.rows)


def named(rehearsal: Rehearsal) -> dict[int, str]:
    """
    @return: the parties' names by their numbers, fit to be shown, and each another.
    """
    names: dict[int, str] = {}
    for each in rehearsal.parties:
        name = printable(each.name)
        taken = {SPEAKER, *names.values()}
        names[each.number] = f"{name} ({each.number})" if name in taken else name
    return names


def verdict(kept: bool | None) -> str:
    """
    In a word, and a sign that is not a colour.
    """
    return {True: "✓ kept", False: "✗ BROKEN", None: "? not measured"}[kept]


def _number(value: float | None, decimals: int = 1) -> str:
    return DASH if value is None else f"{value:.{decimals}f}"


def _promises(rehearsal: Rehearsal) -> Sheet:
    rows = [
        tuple(map(printable, (each.promise, each.limit, each.figure or DASH, verdict(each.kept))))
        for each in rehearsal.promises
    ]
    columns = "promise", "limit", "measured", "verdict"
    return Sheet("promises", "Promises", columns, tuple(rows))


def _overTime(name: str, title: str, bins: Sequence[Bin], told: str) -> Sheet:
    step = -(-len(bins) // MOST_STRETCHES) or 1
    rows = []
    for first in range(0, len(bins), step):
        some = bins[first : first + step]
        figures = (
            min(each.p5 for each in some),
            sorted(each.p50 for each in some)[len(some) // 2],
            max(each.p95 for each in some),
            max(each.greatest for each in some),
        )
        rows.append((f"{some[0].at:.0f} s", *map(_number, figures)))
    columns = "from", "5 % below, ms", "median, ms", "95 % below, ms", "greatest, ms"
    return Sheet(name, f"{title} over time", columns, tuple(rows), told)


def _spread(what: str, found: Distribution | None) -> Iterator[Row]:
    if found is not None:
        figures = found.p50, found.quantiles[95], found.p99, found.greatest
        yield what, str(found.count), *map(_number, figures)


def _distributions(rehearsal: Rehearsal) -> Sheet:
    pairs = rehearsal.heard.pairs
    receptions = [each.reception for each in rehearsal.parties if each.reception is not None]
    rows = (
        *_spread(LATENCY, Distribution.together(each.server for each in pairs)),
        *_spread("mouth to ear", Distribution.together(each.mouthToEar for each in pairs)),
        *_spread("jitter", Distribution.together(each.jitter for each in receptions)),
    )
    columns = "of", "values", "p50, ms", "p95, ms", "p99, ms", "greatest, ms"
    return Sheet("distributions", "Distributions", columns, rows)


def _joins(rehearsal: Rehearsal) -> Sheet:
    groups: dict[tuple[str, str], list[Party]] = {}
    for party in rehearsal.parties:
        groups.setdefault((party.protocol, party.startUp), []).append(party)
    rows = []
    for (protocol, startUp), parties in sorted(groups.items()):
        joins = [each for party in parties for each in party.joins]
        answered = Distribution.of([e.answeredMs for e in joins if e.answeredMs is not None])
        heard = Distribution.of([e.packetMs for e in joins if e.packetMs is not None])
        if joins:
            figures = (each and (each.p50, each.greatest) for each in (answered, heard))
            cells = [_number(value) for each in figures for value in each or (None, None)]
            refused = sum(each.answeredMs is None for each in joins)
            who = printable(f"{protocol}, {startUp}")
            rows.append((who, str(len(joins)), str(refused), *cells))
    columns = (
        *("by", "joins", "not let in", "answered p50, ms", "answered worst, ms"),
        *("first packet p50, ms", "first packet worst, ms"),
    )
    told = (
        "From INVITE or Setup to 200 or Connect, and to the first packet of sound from the server."
    )
    return Sheet("joins", "Joins", columns, tuple(rows), told)


def _leaves(rehearsal: Rehearsal) -> Sheet:
    leaves = [each for party in rehearsal.parties for each in party.leaves]
    confirmed = [each.confirmedMs for each in leaves if each.confirmedMs is not None]
    silent = [each.packetMs for each in leaves if each.packetMs is not None]
    rows = (
        *_spread("confirmed", Distribution.of(confirmed)),
        *_spread("last packet of sound", Distribution.of(silent)),
    )
    columns = "until", "leaves", "p50, ms", "p95, ms", "p99, ms", "greatest, ms"
    return Sheet("leaves", "Leaves", columns, rows, "From hanging up.")


def _matrices(rehearsal: Rehearsal) -> Iterator[Sheet]:
    """
    Who heard whom: a table for each room, or call.
    """
    names = named(rehearsal)
    pairs = {(each.speaker, each.listener): each for each in rehearsal.heard.pairs}
    groups: dict[int, list[int]] = {}
    for party in rehearsal.parties:
        groups.setdefault(party.group, []).append(party.number)
    several = len(groups) > 1
    for group, numbers in sorted(groups.items()):
        if any((one, other) in pairs for one in numbers for other in numbers):
            rows = tuple(
                (names[one], *(_cell(pairs.get((one, other))) for other in numbers))
                for one in numbers
            )
            where = f", group {group}" if several else ""
            columns = (SPEAKER, *(names[each] for each in numbers))
            yield Sheet(f"matrix{group}", f"Who heard whom{where}", columns, rows, MATRIX)


def _cell(pair: Pair | None) -> str:
    if pair is None:
        return ""
    found = pair.server or pair.mouthToEar
    latency = DASH if found is None else f"{found.p50:.0f} / {found.p99:.0f}"
    if not pair.said:
        return "never together"
    return (
        latency if pair.heard == pair.said else f"{latency}, {100 * pair.heard / pair.said:.1f} %"
    )


def _share(part: int | None, whole: int) -> str:
    return DASH if part is None or not whole else f"{100 * part / whole:.2f} %"


def _reception(rehearsal: Rehearsal) -> Sheet:
    names, rows = named(rehearsal), []
    for party in rehearsal.parties:
        found = party.reception
        if found is not None:
            of = found.expected
            rows.append(
                (
                    names[party.number],
                    printable(", ".join(party.codecs)) or DASH,
                    str(of),
                    _share(found.lost, of),
                    _share(found.late, of),
                    str(found.duplicated),
                    _share(found.concealed, found.frames),
                    DASH if found.serverLost is None else str(found.serverLost),
                )
            )
    columns = (
        *("party", "codec", "packets expected", "lost", "late", "twice", "concealed"),
        "lost towards the server",
    )
    told = "By the headers of the packets, and by what the decoder had to make up."
    return Sheet("loss", "Loss and concealment", columns, tuple(rows), told)


def _mos(rehearsal: Rehearsal) -> Sheet:
    names = named(rehearsal)
    rows = [
        (
            names[each.number],
            printable(", ".join(each.codecs)) or DASH,
            f"{each.mos:.2f}",
            printable(each.scale) or DASH,
        )
        for each in rehearsal.parties
        if each.mos is not None
    ]
    return Sheet("mos", "Quality", ("party", "codec", "MOS", "scale"), tuple(rows), QUALITY)


def _load(load: Sequence[Load]) -> Sheet:
    processes: dict[str, list[Load]] = {}
    for each in load:
        processes.setdefault(each.process, []).append(each)
    rows = []
    for process, some in processes.items():
        cpu, memory = [each.cpu for each in some], [each.memory for each in some]
        mean = sum(cpu) / len(cpu)
        figures = _number(mean), _number(max(cpu)), _number(memory[0]), _number(max(memory))
        rows.append((printable(process), *figures))
    columns = "process", "CPU mean, %", "CPU most, %", "memory at first, MB", "memory most, MB"
    return Sheet("load", "Processor and memory", columns, tuple(rows), "100 % is one processor.")


def _incidents(rehearsal: Rehearsal) -> Sheet:
    rows = [
        (
            str(number),
            f"{each.at:.1f} s",
            printable(f"{each.what} {each.target}".strip()),
            DASH if each.overMs is None else f"{each.overMs / 1000:.2f} s",
        )
        for number, each in enumerate(rehearsal.incidents, 1)
    ]
    columns = "mark", "at", "what was done", "over after"
    told = "The marks are those above every plot over time."
    return Sheet("incidents", "Incidents", columns, tuple(rows), told)


def _lost(rehearsal: Rehearsal) -> Sheet:
    names = named(rehearsal)
    rows = [
        (f"{each.at:.1f} s", names.get(each.party, str(each.party)), printable(each.reason) or DASH)
        for each in rehearsal.lost
    ]
    return Sheet("lost", "Calls that were lost", ("at", "party", "reason"), tuple(rows))


def _faults(rehearsal: Rehearsal) -> Sheet:
    names, faults = named(rehearsal), rehearsal.heard.faults
    rows = [
        (
            f"{each.at:.2f} s",
            each.kind.value,
            names.get(each.listener, str(each.listener)),
            DASH if each.speaker is None else names.get(each.speaker, str(each.speaker)),
            _number(each.ms),
        )
        for each in faults[:MOST_FAULTS]
    ]
    more = len(faults) - MOST_FAULTS
    told = f"{more} more are in the results." if more > 0 else ""
    columns = "at", "kind", "heard by", "of", "ms"
    return Sheet("faults", "Faults in the sound", columns, tuple(rows), told)


def _environment(rehearsal: Rehearsal) -> Sheet:
    where = rehearsal.environment
    rows = [
        ("began", where.began),
        ("server", where.server),
        ("machine", f"{where.machine}, {where.processors} processors"),
        ("seconds", f"{where.seconds:.0f}{', interrupted' if where.interrupted else ''}"),
        ("parties", str(len(rehearsal.parties))),
        ("seed", str(where.seed)),
        ("network", where.network or "as it is"),
        *(("note", each) for each in rehearsal.notes),
    ]
    shown = tuple((name, printable(value)) for name, value in rows)
    return Sheet("environment", "Where it was, and with what", ("what", "is"), shown)
