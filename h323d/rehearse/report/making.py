"""
Reports from results, and again from results that were kept.

What C{h323d-rehearse report RESULTS.json [--html FILE]} does is L{again}.  After a rehearsal, what
it has found is judged (L{h323d.rehearse.promises.judged}) and given to L{written}.
"""

from __future__ import annotations

from pathlib import Path

from h323d.dsp.libraries import Missing
from h323d.rehearse.document import fromJSON, toJSON
from h323d.rehearse.promises import exitStatus
from h323d.rehearse.report.page import asPage, headline
from h323d.rehearse.report.plots import plots
from h323d.rehearse.report.text import asText
from h323d.rehearse.results import Rehearsal

__all__ = ["again", "written"]


def written(
    rehearsal: Rehearsal,
    results: Path | None = None,
    page: Path | None = None,
    width: int | None = None,
) -> str:
    """
    Write what was asked for.

    @param results: where the JSON goes, from which all else can be made again.
    @param page: where the HTML goes.
    @param width: of the terminal.
    @return: the report for the terminal, with what is missing from the page.

    @raise OSError: something could not be written.
    """
    lines = [asText(rehearsal, width)]
    if results is not None:
        results.write_text(toJSON(rehearsal), encoding="utf-8")
        lines.append(f"results: {results}\n")
    if page is not None:
        pictures = plots(rehearsal)
        page.write_text(asPage(rehearsal, pictures), encoding="utf-8")
        lines.append(f"report: {page}\n")
        if isinstance(pictures, Missing):
            lines.append(f"the report has no plots: {pictures}\n")
    return "".join([*lines, f"\n{headline(rehearsal.promises)}\n"])


def again(results: Path, page: Path | None = None, width: int | None = None) -> tuple[str, int]:
    """
    The report once more, from results that L{written} wrote.

    @return: the report for the terminal, and what to exit with.

    @raise OSError: they could not be read, or the page not be written.
    @raise NotResults: they are something else (L{h323d.rehearse.document.NotResults}).
    """
    rehearsal = fromJSON(results.read_text(encoding="utf-8"))
    return written(rehearsal, page=page, width=width), exitStatus(rehearsal.promises)
