"""
A report for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from h323d.cli.table import Table
from h323d.operation.command import Column
from h323d.rehearse.report.sheets import Sheet, sheets
from h323d.rehearse.results import Rehearsal

__all__ = ["asText"]


def asText(rehearsal: Rehearsal, width: int | None = None) -> str:
    """
    @param width: of the terminal: columns that have no room are left out, which is told; C{None}
        for all of them.
    @return: lines, of which the last one ends, too.
    """
    return "\n".join(line for sheet in sheets(rehearsal) for line in _lines(sheet, width))


def _lines(sheet: Sheet, width: int | None) -> Iterator[str]:
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    first, *others = sheet.columns
    isList = len(others) == 1  # of texts: a figure cannot be cut, and is left out instead
    columns = [Column(first, text=True), *(Column(each, isList) for each in others)]
    table = Table(rows, columns, width)
    yield sheet.title
    yield "=" * len(sheet.title)
    yield str(table)
    if table.hidden:
        yield f"({table.hidden} columns more have no room here)"
    yield ""
