"""
Reading a registry: every fault is told, with its line, its entry and its field.

What a guardian is, is in L{h323d.guard.registry.guardian}; what a field may say, in
L{h323d.guard.registry.fields}.
"""

from __future__ import annotations

import difflib
import ipaddress
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from h323d.call.applications import CallType
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.guard.registry import fields
from h323d.guard.registry.document import Mapping, Node, Scalar, Sequence, read
from h323d.guard.registry.guardian import STRONG, Guardian, ProofForm
from h323d.guard.registry.registry import Registry, digestsOf, namesOf

__all__ = ["FIELDS", "LISTS", "ROOT", "parse"]

ROOT = "guardians"

Reader = Callable[[str], Any]  # Any: what the field of Guardian is

FIELDS: dict[str, tuple[str, Reader]] = {
    "terminal_id": ("terminalId", fields.terminalIdOf),
    "certificate": ("certificate", fields.certificateOf),
    "bandwidth_quota_bps": ("quota", fields.quotaOf),
    "status": ("status", fields.statusOf),
    "nat": ("nat", fields.boolOf),
}
"""
The fields with one value: what they are of a L{Guardian}, and who reads them.
"""

LISTS: dict[str, tuple[str, Reader]] = {
    "aliases": ("aliases", fields.aliasOf),
    "proof": ("proofs", fields.proofFormOf),
    "may": ("may", fields.callTypeOf),
    "addresses": ("addresses", fields.networkOf),
    "secret": ("secrets", fields.secretOf),
}
"""
Those with several; one may stand without brackets.
"""

_KEYS: dict[str, Reader] = {"public_key": fields.keyOf, "next_public_key": fields.keyOf}
_READ_BY_PEOPLE: dict[str, Reader] = {
    "role": fields.textOf,
    "description": fields.textOf,
    "archetype": fields.textOf,
    "registered_at": fields.timeOf,
    "veto_power": fields.boolOf,
    "specialization": fields.textOf,
}
_KNOWN = (*FIELDS, *LISTS, *_KEYS, *_READ_BY_PEOPLE)
_SEVERAL = ("specialization",)  # of those that people read


def parse(text: str, name: str = "registry") -> Registry:
    """
    Read a registry.

    @param name: the file's, for errors.

    @raise ConfigurationError: something is wrong with it; all of that is told.
    """
    node = read(text, name)
    if node is None:
        return Registry((), text)
    reading = _Reading(name)
    entries = reading.entriesOf(node)
    guardians = [reading.guardianOf(index, entry) for index, entry in entries]
    reading.compare([each for each in guardians if each is not None])
    if reading.faults:
        raise ConfigurationFaults(tuple(reading.faults))
    return Registry((each for each in guardians if each is not None), text)


class _Reading:
    """
    One reading of one file.

    @ivar faults: what has been found wrong, in its order.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.faults: list[ConfigurationError] = []

    def entriesOf(self, node: Node) -> Iterator[tuple[int, Mapping]]:
        """
        The entries that are entries.
        """
        guardians = node.member(ROOT) if isinstance(node, Mapping) else None
        if isinstance(node, Mapping):
            for key, _ in node.members:
                if key.text != ROOT:
                    self._fault(key.place.line, key.text, _unknown(key.text, (ROOT,)))
        if isinstance(guardians, Scalar) and not guardians.text:
            return  # the list, and nobody in it
        if not isinstance(guardians, Sequence):
            self._fault(node.place.line, ROOT, "there is no list of this name")
            return
        for index, entry in enumerate(guardians.items):
            if isinstance(entry, Mapping):
                yield index, entry
            else:
                self._fault(entry.place.line, f"{ROOT}[{index}]", "has no fields")

    def guardianOf(self, index: int, entry: Mapping) -> Guardian | None:
        """
        @return: C{None} if something is wrong with it.
        """
        before = len(self.faults)
        where = f"{ROOT}[{index}]"
        identifier = entry.member("terminal_id")
        if isinstance(identifier, Scalar):
            where += f" {identifier.text[:80]}"
        found: dict[str, Any] = {"line": entry.place.line}  # Any: values of all fields
        keys: dict[str, Any] = {}
        particulars: list[tuple[str, str]] = []
        for key, value in entry.members:
            place = f"{where}: {key.text[:40]}"
            if key.text in FIELDS:
                field, reader = FIELDS[key.text]
                found[field] = self._one(value, place, reader)
            elif key.text in LISTS:
                field, reader = LISTS[key.text]
                found[field] = self._several(value, place, reader)
            elif key.text in _KEYS:
                keys[key.text] = self._one(value, place, _KEYS[key.text])
            elif key.text in _READ_BY_PEOPLE:
                particulars += self._particulars(key.text, value, place)
            else:
                self._fault(key.place.line, place, _unknown(key.text, _KNOWN))
        if len(self.faults) == before:
            self._complete(where, entry, found, keys)
        if len(self.faults) > before:
            return None
        ordered = tuple(keys[each] for each in _KEYS if each in keys)
        return Guardian(**found, keys=ordered, particulars=tuple(particulars))

    def compare(self, guardians: list[Guardian]) -> None:
        """
        Look for what two entries have in common, and none may.
        """
        owners: dict[str, Guardian] = {}
        for each in guardians:
            for field, text in _unique(each):
                other = owners.setdefault(text, each)
                if other is not each:
                    self._common(each, field, text, other)
        networks = sorted(
            (
                (network.version, int(network[0]), int(network[-1])),
                str(network),
                each.line,
                each,
            )
            for each in guardians
            for network in map(ipaddress.ip_network, each.addresses)
        )
        for one, two in itertools.pairwise(networks):
            if one[0][0] == two[0][0] and two[0][1] <= one[0][2] and one[3] is not two[3]:
                self._common(two[3], "addresses", two[1], one[3])

    def _common(self, guardian: Guardian, field: str, text: str, other: Guardian) -> None:
        place = f"{guardian.terminalId}: {field}"
        self._fault(
            guardian.line, place, f"{text} is of {other.terminalId}, too (line {other.line})"
        )

    def _complete(
        self, where: str, entry: Mapping, found: dict[str, Any], keys: dict[str, Any]
    ) -> None:
        """
        Look whether the fields go together.
        """
        line = entry.place.line
        if "terminalId" not in found:
            self._fault(line, f"{where}: terminal_id", "is missing")
        if "next_public_key" in keys and "public_key" not in keys:
            self._fault(line, f"{where}: public_key", "is missing, but there is a next one")
        if len(set(keys.values())) < len(keys):
            self._fault(line, f"{where}: next_public_key", "is the same as public_key")
        proofs = found.get("proofs", STRONG if keys else ())
        if not proofs:
            self._fault(
                line, f"{where}: public_key", "is missing, and proof does not say what else"
            )
        for form in proofs:
            field, why = _lacking(form, found, keys)
            if field and ("proofs" in found or form is ProofForm.ED25519):
                self._fault(line, f"{where}: {field}", why)
        if CallType.EMERGENCY in found.get("may", ()) and not set(proofs) & set(STRONG):
            self._fault(line, f"{where}: may", "EMERGENCY takes ed25519 or tls in proof")

    def _one(self, value: Node, place: str, reader: Reader) -> Any:
        if not isinstance(value, Scalar):
            self._fault(value.place.line, place, "is to be one value")
            return None
        try:
            return reader(value.text)
        except ValueError as error:
            self._fault(value.place.line, place, str(error))
            return None

    def _several(self, value: Node, place: str, reader: Reader) -> tuple[Any, ...]:
        items = value.items if isinstance(value, Sequence) else (value,)
        read = tuple(self._one(each, place, reader) for each in items)
        for index, each in enumerate(read):
            if each is not None and each in read[:index]:
                self._fault(items[index].place.line, place, "has the same twice")
        return read

    def _particulars(self, name: str, value: Node, place: str) -> Iterator[tuple[str, str]]:
        several = self._several if name in _SEVERAL else None
        if several is None:
            self._one(value, place, _READ_BY_PEOPLE[name])
            yield name, value.text if isinstance(value, Scalar) else ""
        else:
            yield name, ", ".join(map(str, several(value, place, _READ_BY_PEOPLE[name])))

    def _fault(self, line: int, place: str, reason: str) -> None:
        self.faults.append(ConfigurationError(f"{self._name}: line {line}: {place}", reason))


def _unique(guardian: Guardian) -> Iterator[tuple[str, str]]:
    """
    What no other entry may have, by field.
    """
    yield "terminal_id", guardian.terminalId
    for digest in digestsOf(guardian):
        yield "public_key or certificate", f"sha256:{digest.hex()}"
    for alias in guardian.aliases:
        yield "aliases", namesOf(alias)


def _lacking(form: ProofForm, found: dict[str, Any], keys: dict[str, Any]) -> tuple[str, str]:
    """
    The field that is missing for a proof, and why it is needed; empty if none is.
    """
    if form is ProofForm.ED25519 and not keys:
        return "public_key", "is missing, and proof names ed25519"
    if form is ProofForm.TLS and not keys and "certificate" not in found:
        return "certificate", "is missing, and so is public_key, but proof names tls"
    if form is ProofForm.ADDRESS and not found.get("addresses"):
        return "addresses", "are missing, and proof names address"
    if form is ProofForm.DIGEST and not found.get("secrets"):
        return "secret", "is missing, and proof names digest"
    return "", ""


def _unknown(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"is unknown{hint}"
