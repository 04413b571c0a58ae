"""
One row of a table that is made of columns, to be put into another table of the same kind.

A table is any object whose attributes are columns: numpy arrays with an entry, or a row, for
each stream.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Row", "putRow", "rowOf"]

Row = dict[str, Any]
"""
By the name of the column.  Any: an entry of its type, or an array of them.
"""


def rowOf(table: object, index: int) -> Row:
    """
    @return: copies; what happens to the row later does not change them.
    """
    return {
        name: column[index].copy()
        for name, column in vars(table).items()
        if isinstance(column, np.ndarray)
    }


def putRow(table: object, index: int, row: Row) -> None:
    """
    Let a row hold what another held.
    """
    columns = vars(table)
    for name, value in row.items():
        columns[name][index] = value
