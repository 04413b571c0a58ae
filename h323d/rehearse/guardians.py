"""
A registry of guardians for a rehearsal: an entry for each party, and what it proves itself by.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from h323d.guard.keyfile import newKey
from h323d.rehearse.cast import Part, Proof

__all__ = ["GUARD", "Guardians"]

GUARD = "rehearsal"  # the name of the guard
ID = "if://guardian/{alias}"


class Guardians:
    """
    Files in a directory.

    @ivar registry: that of the registry.
    """

    def __init__(self, directory: Path, parts: Sequence[Part], hosts: Sequence[str]) -> None:
        """
        @param hosts: of each party.
        """
        self.registry = directory / "guardians.yaml"
        self._directory = directory
        self._passwords: list[Part] = []
        entries = [self._entry(*each) for each in zip(parts, hosts, strict=True)]
        self.registry.write_text("guardians:\n" + "".join(entries))

    @property
    def configuration(self) -> str:
        """
        Sections for the server.
        """
        lines = ["[guard]", f'registry = "{self.registry}"', f'name = "{GUARD}"']
        for each in self._passwords:
            lines += ["[[security.passwords]]", f'alias = "{each.alias}"', 'password = "rehearse"']
        return "\n".join(lines) + "\n"

    def argumentsOf(self, part: Part) -> list[str]:
        """
        Of C{h323d-call}: by what a party proves who it is, and what it declares.
        """
        told = ["--call-type", part.callType]
        if part.proof == Proof.ED25519:
            signing = ["--key", str(self._keyOf(part)), "--guard", GUARD]
            return [*told, *signing, "--terminal-id", ID.format(alias=part.alias)]
        if part.proof == Proof.H235:
            return [*told, "--gatekeeper-password-file", str(self._passwordFile)]
        return told

    def _entry(self, part: Part, host: str) -> str:
        fields = {"proof": part.proof, "may": "[ROUTINE, ESCALATE]"}
        if part.proof == Proof.ED25519:
            pem, public = newKey()
            self._keyOf(part).write_text(pem)
            fields["public_key"] = str(public)
        elif part.proof == Proof.H235:
            self._passwords.append(part)
            self._passwordFile.write_text("rehearse\n")
        else:
            fields["addresses"] = f"{host}/{128 if ':' in host else 32}"
        kind = "e164" if part.isH323 else "sip"
        fields["aliases"] = f"e164:{part.alias}" if kind == "e164" else f"sip:{part.alias}@{host}"
        lines = [f"  - terminal_id: {ID.format(alias=part.alias)}\n"]
        return "".join(lines + [f"    {field}: {value}\n" for field, value in fields.items()])

    @property
    def _passwordFile(self) -> Path:
        return self._directory / "password"

    def _keyOf(self, part: Part) -> Path:
        return self._directory / f"{part.alias}.pem"
