"""
A report as one page of HTML that needs nothing else: no script, no font, no picture from elsewhere.

Verdicts come first.  Under each plot is a table of the same, for whoever does not see it; nothing
is told by colour alone, and text has a contrast of 4.5 at least in both light and dark.  Whatever a
peer may have named itself is escaped, and may be written from right to left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from h323d.cli.table import printable
from h323d.dsp.libraries import Missing
from h323d.rehearse.report.sheets import Sheet, sheets, verdict
from h323d.rehearse.results import Rehearsal, Verdict

__all__ = ["asPage", "headline"]

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#555;--grid:#b8b8b8;--limit:#a3121f;
--line0:#0b5cad;--line1:#8a4b00;--line2:#12652f;--line3:#6b2fa0;--good:#12652f;--bad:#a3121f}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#16181b;--soft:#b4b4b4;
--grid:#5a5f66;--limit:#ff9aa2;--line0:#7cbcff;--line1:#ffbe73;--line2:#86d79b;--line3:#d3aaff;
--good:#86d79b;--bad:#ff9aa2}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--soft:#444;--grid:#b8b8b8;
--limit:#a3121f;--line0:#0b5cad;--line1:#8a4b00;--line2:#12652f;--line3:#6b2fa0;--good:#12652f;
--bad:#a3121f}section{break-inside:avoid}.wide{overflow:visible}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;
margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .3rem}
p{margin:.3rem 0;max-width:48rem}.told{color:var(--soft)}.outcome{font-size:1.15rem;font-weight:700}
.wide{overflow-x:auto}figure{margin:.8rem 0}svg{max-width:100%;height:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--grid);padding:.2rem .7rem .2rem 0;text-align:left;
vertical-align:top}
thead th{border-bottom:2px solid var(--ink)}
.kept{color:var(--good);font-weight:700}.broken{color:var(--bad);font-weight:700}
:focus-visible{outline:3px solid var(--line0);outline-offset:2px}
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def asPage(rehearsal: Rehearsal, pictures: Mapping[str, str] | Missing) -> str:
    """
    @param pictures: of L{h323d.rehearse.report.plots.plots}, or why there are none.
    @return: a document of HTML; the same for the same results.
    """
    drawn = {} if isinstance(pictures, Missing) else pictures
    title = f"Rehearsal of {len(rehearsal.parties)} parties"
    first, *others = _sections(rehearsal, drawn)
    missing = f"There are no plots: {pictures}." if isinstance(pictures, Missing) else ""
    told = f'<p class="told">{escape(missing)}</p>' if missing else ""
    where = rehearsal.environment
    when = f"{where.seconds / 60:.1f} minutes, begun {where.began}, of {where.server}"
    body = "\n".join([first, told, *others])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}: {escape(headline(rehearsal.promises))}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p class="told" dir="auto">{escape(printable(when))}</p>
<p class="outcome">{escape(headline(rehearsal.promises))}</p>
{body}
</main>
</body>
</html>
"""


def headline(promises: Sequence[Verdict]) -> str:
    """
    How it went, in a sentence.
    """
    broken = sum(each.kept is False for each in promises)
    unknown = sum(each.kept is None for each in promises)
    if broken:
        return f"✗ {broken} of {len(promises)} promises broken"
    kept = len(promises) - unknown
    if not kept:
        return "? nothing was measured"
    return f"✓ {kept} promises kept" + (f", {unknown} not measured" if unknown else "")


def _sections(rehearsal: Rehearsal, drawn: Mapping[str, str]) -> list[str]:
    return [_section(sheet, drawn.get(sheet.name, "")) for sheet in sheets(rehearsal)]


def _section(sheet: Sheet, picture: str) -> str:
    figure = f'<figure class="wide">{picture}</figure>\n' if picture else ""
    told = f'<p class="told">{escape(sheet.told)}</p>\n' if sheet.told else ""
    name, title = escape(sheet.name), escape(sheet.title)
    head = "".join(f'<th scope="col" dir="auto">{escape(each)}</th>' for each in sheet.columns)
    rows = "\n".join(_row(row) for row in sheet.rows)
    return f"""<section aria-labelledby="h-{name}">
<h2 id="h-{name}">{title}</h2>
{told}{figure}<div class="wide" tabindex="0" role="region" aria-labelledby="h-{name}">
<table>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</section>"""


def _row(row: Sequence[str]) -> str:
    first, *others = row
    cells = "".join(f'<td{_class(each)} dir="auto">{escape(each)}</td>' for each in others)
    return f'<tr><th scope="row" dir="auto">{escape(first)}</th>{cells}</tr>'


def _class(cell: str) -> str:
    """
    Verdicts have a colour, beside their sign and their word.
    """
    classes = {verdict(True): "kept", verdict(False): "broken"}
    return f' class="{classes[cell]}"' if cell in classes else ""
