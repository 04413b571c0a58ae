"""
How a rehearsal goes on, as it is shown.
"""

from __future__ import annotations

import io

from h323d.rehearse.progress import Progress, lineOf
from h323d.rehearse.script import Deed, ScriptedIncident


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_aLineHasWhatIsWorthLookingAt() -> None:
    coming = ScriptedIncident(600.0, Deed.VANISHES, 3)
    line = lineOf(61.9, 1800.0, (13, 14), 0.0051, 34.6, coming)
    assert line == (
        "1:01 of 30:00   13 of 14 there   0.51 % lost   server 35 % CPU   at 10:00 party 3 vanishes"
    )
    assert lineOf(0.0, 5.0, (0, 2), 0.0, None, None) == "0:00 of 0:05   0 of 2 there   0.00 % lost"


def test_aTerminalHasItDrawnAnew() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.show(1.0, "one")
    progress.show(2.0, "two")
    progress.say("the leader is killed")
    progress.show(3.0, "three")
    assert stream.getvalue() == "\r\x1b[2Kone\r\x1b[2Ktwo\nthe leader is killed\n\r\x1b[2Kthree"


def test_elsewhereALineStaysAndThereAreFew() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for second in range(25):
        progress.show(float(second), str(second))
    progress.say("over")
    assert stream.getvalue().split() == ["0", "10", "20", "over"]
