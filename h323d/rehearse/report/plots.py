"""
Results as pictures: SVG, drawn by matplotlib, that takes its colours from the page it stands in.

matplotlib is an extra (C{h323d[rehearse]}), imported when something is drawn.  The same results
give the same octets: no date, no chance in the names of things, and no settings of the user's.
Colours are drawn as stand-ins and then replaced by the page's own, so that dark pages and paper
have theirs.  No line is told from another by its colour alone: each has its own dashes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from h323d.cli.table import printable
from h323d.dsp.libraries import Missing, findModule
from h323d.rehearse.promises import JITTER_MS, JOIN_MS, LATENCY_MS
from h323d.rehearse.report.sheets import named
from h323d.rehearse.results import Bin, Distribution, Pair, Rehearsal

__all__ = ["INSTALL", "plots"]

INSTALL = "pip install 'h323d[rehearse]'"

_TEXT, _GRID, _LIMIT = "#000100", "#000200", "#000300"
_LINES = ("#000400", "#000500", "#000600", "#000700")
_CELL = _LINES[0]
_COLOURS = {
    _TEXT: "currentColor",
    _GRID: "var(--grid)",
    _LIMIT: "var(--limit)",
    **{each: f"var(--line{number})" for number, each in enumerate(_LINES)},
}
_DASHES = ("-", "--", "-.", ":")
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "h323d",
    "font.size": 9,
    "text.parse_math": False,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _TEXT,
    "axes.labelcolor": _TEXT,
    "text.color": _TEXT,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
    "grid.color": _GRID,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_WIDTH, _HEIGHT = 7.2, 2.6  # inches
_NAME_PER_CELL = 0.42  # inches
_FAINTEST, _STRONGEST = 0.04, 0.34  # of a cell: what stands in it can be read

Axes = Any  # matplotlib's, which may not be here
Figure = Any
Drawing = Callable[[Any, Rehearsal], None]


def plots(rehearsal: Rehearsal) -> dict[str, str] | Missing:
    """
    @return: SVG elements, by the names of their sheets; or why there are none.
    """
    found = findModule("matplotlib", INSTALL)
    if isinstance(found, Missing):
        return found
    style, figure = (findModule(f"matplotlib.{each}", INSTALL) for each in ("style", "figure"))
    if isinstance(style, Missing) or isinstance(figure, Missing):
        return Missing("matplotlib is not whole", INSTALL)
    made = {}
    with warnings.catch_warnings(), style.context(["default", _SETTINGS]):
        warnings.simplefilter("ignore")  # of letters that its own fonts lack: the page's may not
        for name, title, size, draw in _drawings(rehearsal):
            canvas = figure.Figure(figsize=size)
            draw(canvas.add_subplot(), rehearsal)
            octets = io.StringIO()
            canvas.savefig(octets, format="svg", metadata=_NO_METADATA)
            made[name] = _inline(octets.getvalue(), name, title)
    return made


def _drawings(rehearsal: Rehearsal) -> Iterator[tuple[str, str, tuple[float, float], Drawing]]:
    """
    What there is something to draw of.
    """
    usual, heard = (_WIDTH, _HEIGHT), rehearsal.heard
    if heard.server:
        yield "server", "Latency of the server over time", usual, _server
    if heard.mouthToEar:
        yield "mouthToEar", "Latency from mouth to ear over time", usual, _mouthToEar
    if rehearsal.jitter:
        yield "jitter", "Jitter over time", usual, _jitter
    if any(pair.server or pair.mouthToEar for pair in heard.pairs):
        yield "distributions", "Shares of latencies and jitter", usual, _distributions
    if any(join.answeredMs is not None for each in rehearsal.parties for join in each.joins):
        yield "joins", "Joins, by protocol and start-up", usual, _joins
    yield from _matrices(rehearsal)
    if any(each.reception is not None for each in rehearsal.parties):
        yield "loss", "Lost and concealed, for each party", usual, _loss
    if any(each.mos is not None for each in rehearsal.parties):
        yield "mos", "Quality, for each party", usual, _mos
    if rehearsal.load:
        yield "load", "Processor and memory over time", usual, _load


def _inline(document: str, name: str, title: str) -> str:
    """
    A picture as a part of a page, with names of its own and the page's colours.
    """
    svg = document[document.index("<svg") :]
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    for standIn, colour in _COLOURS.items():
        svg = svg.replace(standIn, colour)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)


def _server(axes: Axes, rehearsal: Rehearsal) -> None:
    _overTime(axes, rehearsal, rehearsal.heard.server, LATENCY_MS)


def _mouthToEar(axes: Axes, rehearsal: Rehearsal) -> None:
    _overTime(axes, rehearsal, rehearsal.heard.mouthToEar, None)


def _jitter(axes: Axes, rehearsal: Rehearsal) -> None:
    _overTime(axes, rehearsal, rehearsal.jitter, JITTER_MS)


def _overTime(axes: Axes, rehearsal: Rehearsal, bins: Sequence[Bin], limit: float | None) -> None:
    at = [each.at for each in bins]
    low, high = [each.p5 for each in bins], [each.p95 for each in bins]
    axes.fill_between(at, low, high, color=_LINES[0], alpha=0.25, lw=0, label="5 % to 95 %")
    axes.plot(at, [each.p50 for each in bins], color=_LINES[0], label="median")
    greatest = [each.greatest for each in bins]
    axes.plot(at, greatest, color=_LINES[1], ls=":", lw=1, label="greatest")
    if limit is not None:
        _limit(axes.axhline, limit)
    _marks(axes, rehearsal)
    axes.set(xlabel="seconds", ylabel="ms", xlim=(0, rehearsal.environment.seconds), ylim=(0, None))
    _legend(axes)


def _limit(line: Callable[..., Any], limit: float) -> None:
    line(limit, color=_LIMIT, ls="--", lw=1.2, label=f"promised: < {limit:g} ms")


def _marks(axes: Axes, rehearsal: Rehearsal) -> None:
    """
    What was done, and when, by the numbers of the table.
    """
    for number, each in enumerate(rehearsal.incidents, 1):
        axes.axvline(each.at, color=_TEXT, lw=0.8, ls=(0, (1, 2)))
        place = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        axes.annotate(str(number), (each.at, 1.0), fontsize=8, annotation_clip=False, **place)


def _legend(axes: Axes) -> None:
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)


def _distributions(axes: Axes, rehearsal: Rehearsal) -> None:
    pairs = rehearsal.heard.pairs
    receptions = [each.reception for each in rehearsal.parties if each.reception is not None]
    lines = (
        ("server", Distribution.together(each.server for each in pairs)),
        ("mouth to ear", Distribution.together(each.mouthToEar for each in pairs)),
        ("jitter", Distribution.together(each.jitter for each in receptions)),
    )
    for (name, found), colour, dashes in zip(lines, _LINES, _DASHES, strict=False):
        if found is not None:
            axes.plot(found.quantiles, range(101), color=colour, ls=dashes, label=name)
            marked = {"color": colour, "ls": "", "markersize": 5}
            axes.plot([found.p50], [50], marker="o", label=f"p50: {found.p50:.1f} ms", **marked)
            axes.plot([found.p99], [99], marker="s", label=f"p99: {found.p99:.1f} ms", **marked)
    axes.set(xlabel="ms, at most", ylabel="% of values", xlim=(0, None), ylim=(0, 102))
    _legend(axes)


def _joins(axes: Axes, rehearsal: Rehearsal) -> None:
    ways = sorted({f"{each.protocol}, {each.startUp}" for each in rehearsal.parties})
    for number, (kind, marker) in enumerate((("answeredMs", "o"), ("packetMs", "x"))):
        points = [
            (value, ways.index(f"{party.protocol}, {party.startUp}"))
            for party in rehearsal.parties
            for join in party.joins
            if (value := getattr(join, kind)) is not None
        ]
        label = ("answered", "first packet")[number]
        x, y = [each for each, _ in points], [each for _, each in points]
        axes.plot(x, y, color=_LINES[number], ls="", marker=marker, markersize=5, label=label)
    _limit(axes.axvline, JOIN_MS)
    axes.set(xlabel="ms", xlim=(0, None), ylim=(-0.5, len(ways) - 0.5))
    axes.set_yticks(range(len(ways)), list(map(_shown, ways)))
    _legend(axes)


def _matrices(
    rehearsal: Rehearsal,
) -> Iterator[tuple[str, str, tuple[float, float], Drawing]]:
    for group in sorted({each.group for each in rehearsal.parties}):
        matrix = Matrix(rehearsal, group)
        if matrix.pairs:
            side = 1.6 + _NAME_PER_CELL * len(matrix.numbers)
            yield f"matrix{group}", "Latency of each pair", (side + 0.6, side), matrix.draw


class Matrix:
    """
    Who heard whom in one room, or call.
    """

    def __init__(self, rehearsal: Rehearsal, group: int) -> None:
        self.numbers = [each.number for each in rehearsal.parties if each.group == group]
        self.pairs: list[Pair] = [
            each
            for each in rehearsal.heard.pairs
            if {each.speaker, each.listener} <= {*self.numbers}
        ]

    def draw(self, axes: Axes, rehearsal: Rehearsal) -> None:
        """
        The nearer to the limit, the fuller: beside the figure, not in place of it.
        """
        for pair in self.pairs:
            spread = pair.server or pair.mouthToEar
            column, row = self.numbers.index(pair.listener), self.numbers.index(pair.speaker)
            part = 0.0 if spread is None else min(1.0, max(0.0, spread.p50 / LATENCY_MS))
            alpha = _FAINTEST + (_STRONGEST - _FAINTEST) * part
            axes.bar(column, 1, 1, bottom=row - 0.5, color=_CELL, alpha=alpha, lw=0)
            told = "-" if spread is None else f"{spread.p50:.0f}"
            axes.text(column, row, told, ha="center", va="center", fontsize=7)
        names = named(rehearsal)
        labels, ticks = [_shown(names[each]) for each in self.numbers], range(len(self.numbers))
        axes.set_xticks(ticks, labels, rotation=90)
        axes.set_yticks(ticks, labels)
        edge = len(self.numbers) - 0.5
        axes.set(xlim=(-0.5, edge), ylim=(edge, -0.5), xlabel="heard by", ylabel="who speaks")
        axes.grid(visible=False)


def _loss(axes: Axes, rehearsal: Rehearsal) -> None:
    parties = [(each, each.reception) for each in rehearsal.parties if each.reception is not None]
    kinds = (
        ("lost", "", [100 * each.lost / max(1, each.expected) for _, each in parties]),
        ("concealed", "///", [100 * each.concealed / max(1, each.frames) for _, each in parties]),
    )
    for number, (label, hatch, values) in enumerate(kinds):
        places = [at - 0.2 + 0.4 * number for at in range(len(parties))]
        colour = _LINES[number]
        axes.bar(places, values, 0.38, color="none", edgecolor=colour, hatch=hatch, label=label)
    _people(axes, rehearsal, [each.number for each, _ in parties])
    axes.set(ylabel="%", ylim=(0, None))
    _legend(axes)


def _mos(axes: Axes, rehearsal: Rehearsal) -> None:
    parties = [(each.number, each.mos) for each in rehearsal.parties if each.mos is not None]
    axes.plot([mos for _, mos in parties], color=_LINES[0], ls="", marker="o")
    _people(axes, rehearsal, [number for number, _ in parties])
    axes.set(ylabel="MOS", ylim=(1, 4.6))


def _people(axes: Axes, rehearsal: Rehearsal, numbers: Sequence[int]) -> None:
    names = named(rehearsal)
    labels = [_shown(names[each]) for each in numbers]
    axes.set_xticks(range(len(numbers)), labels, rotation=45, ha="right")


def _load(axes: Axes, rehearsal: Rehearsal) -> None:
    memory = axes.twinx()
    memory.grid(visible=False)
    memory.spines["right"].set_visible(True)
    for number, process in enumerate(dict.fromkeys(each.process for each in rehearsal.load)):
        some = [each for each in rehearsal.load if each.process == process]
        at, dashes = [each.at for each in some], _DASHES[number % len(_DASHES)]
        name = _shown(process)
        axes.plot(at, [e.cpu for e in some], color=_LINES[0], ls=dashes, label=f"{name}: CPU")
        megabytes = [each.memory for each in some]
        memory.plot(at, megabytes, color=_LINES[1], ls=dashes, lw=1)
        axes.plot([], [], color=_LINES[1], ls=dashes, lw=1, label=f"{name}: MB")
    _marks(axes, rehearsal)
    axes.set(
        xlabel="seconds", ylabel="CPU, %", xlim=(0, rehearsal.environment.seconds), ylim=(0, None)
    )
    memory.set(ylabel="MB", ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1.12, 1.0), fontsize=8)


def _shown(name: str) -> str:
    """
    A name that is fit to be shown, and leaves room for the rest.
    """
    name = printable(name)
    return name if len(name) <= 16 else f"{name[:15]}…"
