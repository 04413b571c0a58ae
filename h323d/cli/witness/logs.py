"""
The logs and keys that a command line names.
"""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from h323d.errors import ConfigurationError, DecodeError
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.disk import originOf
from h323d.witness.log.note import Note, VerifierKey, notesIn
from h323d.witness.log.places import Place, generationsIn

__all__ = [
    "Log",
    "addKey",
    "addLog",
    "headsFrom",
    "keyFrom",
    "logOf",
    "logsOf",
    "newestNote",
    "reasonOf",
]


@dataclass(frozen=True, slots=True)
class Log:
    """
    A log, and whose it is to be.

    @ivar key: which has to have signed its heads.
    """

    place: Place
    key: VerifierKey


def reasonOf(error: Exception) -> str:
    """
    What went wrong, without the file that it was about.
    """
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def addLog(parser: ArgumentParser) -> None:
    """
    Take the directory of a log.
    """
    parser.add_argument("log", type=Path, help="the log's directory")


def addKey(parser: ArgumentParser) -> None:
    """
    Take the public key of who has signed it.
    """
    parser.add_argument("--key", required=True, help="the server's public key, or a file with it")


def keyFrom(text: str) -> VerifierKey:
    """
    @param text: a key, or the name of a file that has one.

    @raise ConfigurationError: it is neither.
    """
    path = Path(text)
    try:
        return VerifierKey.read(path.read_text("utf-8") if path.is_file() else text)
    except (DecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(text, f"{error}; a key is NAME+ID+BASE64") from None


def logsOf(path: Path, key: VerifierKey) -> list[Log]:
    """
    All logs of a directory, in the order in which they began.

    @param path: as the server has it, or of one of its logs.
    @param key: of the first.

    @raise ConfigurationError: there is none.
    """
    places = [Place(path / str(number)) for number in generationsIn(path)] or [Place(path)]
    if not places[0].firsts() and not places[0].checkpoint.exists():
        raise ConfigurationError(str(path), "there is no log")
    return [Log(each, _keyOf(each, key)) for each in places]


def logOf(path: Path, key: VerifierKey) -> Log:
    """
    The log of a directory that began last.

    @raise ConfigurationError: there is none.
    """
    return logsOf(path, key)[-1]


def _keyOf(place: Place, key: VerifierKey) -> VerifierKey:
    """
    The second log of a server has its number in its name, and so on.
    """
    number = place.path.absolute().name
    if not number.isdecimal() or key.name.endswith(f"/{number}"):
        return key
    return key.named(originOf(key.name, int(number)))


def newestNote(log: Log) -> str:
    """
    The newest head that a log shows, signed.

    @raise ConfigurationError: there is none.
    """
    try:
        return log.place.checkpoint.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(log.place.checkpoint), reasonOf(error)) from None


def headsFrom(path: Path, key: VerifierKey) -> list[tuple[Note, Checkpoint]]:
    """
    The heads of a log that somebody has kept in a file, one after the other.

    @raise ConfigurationError: one of them is none, or not of the log; or there are none.
    """
    try:
        notes = list(notesIn(path.read_text("utf-8").splitlines(keepends=True)))
        heads = [(Note.read(each), Checkpoint.readSigned(each, key)) for each in notes]
    except (OSError, UnicodeDecodeError, DecodeError) as error:
        raise ConfigurationError(str(path), reasonOf(error)) from None
    if not heads:
        raise ConfigurationError(str(path), "has no head")
    return heads
