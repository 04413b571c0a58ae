"""
What the two ends of a routed call may tell each other in H.245 that are to read nothing of each
other: all that has no words in it.

Keys that are pressed are none.  Of messages that may carry anything - generic ones, those of a
conference, nonstandard ones - those pass that have nothing but numbers, such as the tokens and
labels of a second picture (ITU-T H.239).
"""

from __future__ import annotations

from h323d.h323.h245.messages import Choice, Message
from h323d.values.media.digits import KEYS

__all__ = ["isWordless"]

_ANYTHING = frozenset(
    (
        *("nonStandard", "genericRequest", "genericResponse", "genericCommand"),
        *("genericIndication", "conferenceRequest", "conferenceResponse", "conferenceCommand"),
        *("conferenceIndication", "functionNotUnderstood", "functionNotSupported"),
    )
)


def isWordless(message: Message) -> bool:
    """
    Whether there is nothing to be read in a message.
    """
    name, value = message[1]
    if name == "userInput":
        return _isOfKeys(value)
    return name not in _ANYTHING or _isOfNumbers(value)


def _isOfKeys(indication: Choice) -> bool:
    match indication:
        case ("alphanumeric", str(text)):
            return all(each in KEYS for each in text.upper())
        case ("signal", dict(fields)):
            return _isOfNumbers({name: fields[name] for name in fields if name != "signalType"})
        case (("signalUpdate" | "userInputSupportIndication"), value):
            return _isOfNumbers(value)
        case _:
            return False


def _isOfNumbers(value: object) -> bool:
    match value:
        case bytes() | str():
            return False
        case dict():
            return all(map(_isOfNumbers, value.values()))
        case (str(), inner):  # a CHOICE, and which
            return _isOfNumbers(inner)
        case list() | tuple():
            return all(map(_isOfNumbers, value))
        case _:
            return True
