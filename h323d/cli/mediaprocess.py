"""
A media process, as a server begins it (L{h323d.media.launching}); it is of no use otherwise.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Sequence
from importlib import import_module

from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    LogEvent,
    eventAsText,
    globalLogBeginner,
)

from h323d.dsp.codec import ICodec
from h323d.dsp.provisions import provisions
from h323d.media.launching import DOOR
from h323d.media.libsrtp import libsrtp
from h323d.media.process import serve
from h323d.media.thread import prepareInterpreter
from h323d.plugins import chooseCodecs

__all__ = ["main"]

_SHARED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""
What all processes of a terminal, or of a service, are sent when the server is to end, or to read
its configuration.  It lets the media end itself, once they are not wanted any more.
"""


def main() -> None:
    """
    Obey until the door closes.
    """
    for each in _SHARED:
        signal.signal(each, signal.SIG_IGN)
    observer: ILogObserver = FileLogObserver(sys.stderr, _line)
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    provided = provisions()

    def choose(names: Sequence[str]) -> Sequence[ICodec]:
        return chooseCodecs(names, provided)

    # What is loaded with the first call that needs it takes a tenth of a second, which is not there
    # when a spare takes over.
    import_module("pylibsrtp")
    libsrtp()
    prepareInterpreter()
    serve(socket.socket(fileno=DOOR), choose)


def _line(event: LogEvent) -> str:
    return f"{eventAsText(event, includeTimestamp=False, includeSystem=False)}\n"


if __name__ == "__main__":
    main()
