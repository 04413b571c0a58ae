"""
Writes h323d/asn1/schema/{h225,h235,h245}.py from pycrate's compiled modules.

A development tool: C{python tools/pycrate_schema.py [--check]} from the root of
the checkout, with pycrate installed.  pycrate's H235.py (2014-01) and H245.py
(2011-05) are taken whole; of H225.py (2009-12) only H323-MESSAGES, whose
references to the other two are led to the newer editions.  What later editions
of the standards add is in L{_ADDITIONS}.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from pycrate_asn1dir import H225, H235, H245

_SCHEMA = Path(__file__).resolve().parent.parent / "h323d" / "asn1" / "schema"
_MODULES = {
    "H235-SECURITY-MESSAGES": ("h235", H235.H235_SECURITY_MESSAGES, "H.235.0 (01/2014)"),
    "MULTIMEDIA-SYSTEM-CONTROL": ("h245", H245.MULTIMEDIA_SYSTEM_CONTROL, "H.245 (05/2011)"),
    "H323-MESSAGES": ("h225", H225.H323_MESSAGES, "H.225.0 (12/2009)"),
}
_LEAVES = {
    "BOOLEAN": "Boolean",
    "NULL": "Null",
    "OBJECT IDENTIFIER": "ObjectIdentifier",
    "INTEGER": "Integer",
    "BIT STRING": "BitString",
    "OCTET STRING": "OctetString",
    "IA5String": "IA5String",
    "NumericString": "NumericString",
    "PrintableString": "PrintableString",
    "BMPString": "BMPString",
    "GeneralString": "GeneralString",
    "OPEN_TYPE": "OpenType",
}

# Type -> the components to append behind the last addition, as source text.
_ADDITIONS: dict[tuple[str, str], list[str]] = {
    ("h225", "RegistrationConfirm"): ['optional("language", listOf(sized(IA5String, 1, 32)))'],
    ("h225", "LocationConfirm"): ['optional("language", listOf(sized(IA5String, 1, 32)))'],
    ("h245", "AudioCapability"): ['("extendedAudioCapability", ExtendedAudioCapability())'],
}
# The types that only the additions use: their components, of which all are root.
_DEFINITIONS: dict[str, dict[str, list[str]]] = {
    "h245": {
        "ExtendedAudioCapability": [
            'mandatory("audioCapability", listOf(AudioCapability()))',
            'optional("audioCapabilityExtension", listOf(GenericCapability()))',
        ]
    }
}
# Additions of which a bad one is in circulation: dropped, not fatal.
_TOLERATED = {("h225", "Setup_UUIE"): ("additionalSourceAddresses",)}


def identifier(name: str) -> str:
    """
    An ASN.1 name as a Python one.
    """
    return re.sub(r"\W", "_", name)


class Class:
    """
    One class statement of a schema module.

    @ivar name: its Python name.
    @ivar base: the class of C{notation} it extends.
    @ivar body: its attributes, C{name -> source text}.
    @ivar needs: the classes of the same module that the text mentions.
    """

    def __init__(self, name: str, base: str) -> None:
        self.name = name
        self.base = base
        self.body: dict[str, str] = {}
        self.needs: list[str] = []


class Writer:
    """
    Turns one of pycrate's modules into the text of a schema module.

    @ivar short: the name of the schema module.
    @ivar module: pycrate's class that stands for the ASN.1 module.
    """

    def __init__(self, asn1Name: str) -> None:
        self.asn1Name = asn1Name
        self.short, self.module, self.edition = _MODULES[asn1Name]
        self.classes: dict[str, Class] = {}
        self.types: dict[str, str] = {}
        self.words: set[str] = set()
        self.foreign: set[str] = set()

    def write(self) -> str:
        """
        The module's text.
        """
        for name in self.module._type_:
            thing = getattr(self.module, identifier(name))
            if thing._param:
                continue
            self.types[name] = identifier(name)
        for name, rows in _DEFINITIONS.get(self.short, {}).items():
            self.types[name] = name
            self.append(name, rows)
        for name in self.module._type_:
            if name in self.types:
                self.define(identifier(name), getattr(self.module, identifier(name)))
        return self.text()

    def append(self, name: str, rows: list[str]) -> None:
        """
        Make the class of a SEQUENCE that pycrate does not have.
        """
        made = self.classes[name] = Class(name, self.word("Sequence"))
        inner = "".join(f"\n        {row}," for row in rows)
        made.body["componentType"] = f"{self.word('components')}({inner}\n    )"
        made.body["extensible"] = "True"
        made.body["rootCount"] = str(len(rows))
        made.needs += re.findall(r"(\w+)\(\)", inner)

    def define(self, name: str, thing: Any) -> str:
        """
        Make a class of a type definition.
        """
        kind = thing.TYPE
        alias = thing._typeref is not None and kind != "OPEN_TYPE" and not self.changes(thing)
        made = self.classes[name] = Class(name, "")
        if alias:
            made.base = self.reference(thing, made)
        elif kind in ("SEQUENCE", "SET", "CHOICE"):
            self.structure(made, thing)
        elif kind in ("SEQUENCE OF", "SET OF"):
            made.base = self.word("SequenceOf" if kind == "SEQUENCE OF" else "SetOf")
            made.body["componentType"] = self.use(thing._cont, made, name + "_item")
            self.size(made, thing)
        elif kind == "ENUMERATED":
            made.base = self.word("Enumerated")
            made.body["namedValues"] = f"{self.word('named')}({self.names(thing._cont)})"
            self.marker(made, thing)
        else:
            made.base = self.word(_LEAVES[kind])
            self.leaf(made, thing)
        return name

    def structure(self, made: Class, thing: Any) -> None:
        """
        A SEQUENCE or a CHOICE.
        """
        choice = thing.TYPE == "CHOICE"
        if thing.TYPE == "SET":
            raise NotImplementedError("SET needs its components sorted by tag")
        made.base = self.word("Choice" if choice else "Sequence")
        rows = []
        for name, part in thing._cont.items():
            text = self.use(part, made, f"{made.name}_{identifier(name)}")
            if choice:
                rows.append(f'("{name}", {text})')
            else:
                word = self.word("optional" if part._opt else "mandatory")
                rows.append(f'{word}("{name}", {text})')
        for text in _ADDITIONS.get((self.short, made.name), ()):
            rows.append(text)
            made.needs += [word for word in re.findall(r"\w+", text) if word in self.types]
        head = self.word("alternatives" if choice else "components")
        inner = "".join(f"\n        {row}," for row in rows)
        made.body["componentType"] = f"{head}({inner}\n    )" if rows else f"{head}()"
        self.marker(made, thing)
        tolerated = _TOLERATED.get((self.short, made.name))
        if tolerated:
            made.body["tolerated"] = repr(tolerated)

    def marker(self, made: Class, thing: Any) -> None:
        """
        The extension marker.
        """
        if thing._ext is not None:
            made.body["extensible"] = "True"
            made.body["rootCount"] = str(len(thing._cont) - len(thing._ext))

    def changes(self, thing: Any) -> bool:
        """
        Whether something that refers to a type is not just that type.
        """
        origin = thing._tr
        if origin is None or origin._param:
            return True
        for name in ("_const_val", "_const_sz", "_ext"):
            if getattr(thing, name, None) is not getattr(origin, name, None):
                return True
        return self.alphabet(thing) != self.alphabet(origin)

    def alphabet(self, thing: Any) -> str:
        """
        The FROM constraint of a type, or of the type it refers to.
        """
        while thing is not None:
            constraint = getattr(thing, "_const_alpha", None)
            if constraint is not None:
                return "".join(sorted(constraint._rv))
            thing = thing._tr if thing._typeref is not None else None
        return ""

    def reference(self, thing: Any, made: Class) -> str:
        """
        The Python name of the type that something refers to.
        """
        asn1Module, name = thing._typeref.called
        short = _MODULES[asn1Module][0]
        if short == self.short:
            made.needs.append(identifier(name))
            return identifier(name)
        self.foreign.add(short)
        return f"{short}.{identifier(name)}"

    def use(self, thing: Any, made: Class, name: str) -> str:
        """
        The source text of an instance, for a component.
        """
        if thing._typeref is not None and not self.changes(thing):
            return self.reference(thing, made) + "()"
        kind = thing.TYPE
        if kind in ("SEQUENCE", "SET", "CHOICE", "ENUMERATED"):
            made.needs.append(name)
            return self.define(name, thing) + "()"
        if kind in ("SEQUENCE OF", "SET OF"):
            word = self.word("listOf" if kind == "SEQUENCE OF" else "setOf")
            element = self.use(thing._cont, made, name + "_item")
            bounds = self.bounds(thing._const_sz)
            return f"{word}({element}{', ' + bounds if bounds else ''})"
        if kind == "INTEGER" and thing._const_val is not None:
            if thing._const_val._ev is not None:
                made.needs.append(name)
                return self.define(name, thing) + "()"
            return f"{self.word('integer')}({self.bounds(thing._const_val)})"
        word = self.word(_LEAVES[kind])
        alphabet = self.alphabet(thing)
        bounds = self.bounds(getattr(thing, "_const_sz", None))
        if alphabet:
            bounds = bounds or f"0, {self.word('MAX')}"
            return f'{self.word("sized")}({word}, {bounds}, "{alphabet}")'
        if bounds:
            return f"{self.word('sized')}({word}, {bounds})"
        return f"{word}()"

    def leaf(self, made: Class, thing: Any) -> None:
        """
        The constraints of a defined type that has no components.
        """
        if thing.TYPE == "INTEGER":
            if thing._const_val is not None:
                made.body["subtypeSpec"] = f"{self.word('span')}({self.bounds(thing._const_val)})"
                if thing._const_val._ev is not None:
                    made.body["extensible"] = "True"
            return
        alphabet = self.alphabet(thing)
        if alphabet:
            bounds = self.bounds(thing._const_sz) or f"0, {self.word('MAX')}"
            made.body["subtypeSpec"] = f'{self.word("letters")}({bounds}, "{alphabet}")'
        elif thing.TYPE != "OPEN_TYPE":
            self.size(made, thing)

    def size(self, made: Class, thing: Any) -> None:
        """
        The SIZE constraint of a defined type.
        """
        bounds = self.bounds(getattr(thing, "_const_sz", None))
        if bounds:
            made.body["subtypeSpec"] = f"{self.word('limits')}({bounds})"

    def bounds(self, constraint: Any) -> str:
        """
        C{low, high} as source text; empty when nothing is constrained.
        """
        if constraint is None:
            return ""
        if constraint._rv:
            (value,) = constraint._rv
            return f"{value}, {value}"
        (value,) = constraint._rr
        high = self.word("MAX") if value.ub is None else value.ub
        return f"{value.lb}, {high}"

    def names(self, content: Any) -> str:
        """
        The names of an ENUMERATED, in order.
        """
        ordered = sorted(content, key=lambda name: content[name])
        if [content[name] for name in ordered] != list(range(len(ordered))):
            raise NotImplementedError("an enumeration with gaps")
        return ", ".join(f'"{name}"' for name in ordered)

    def word(self, name: str) -> str:
        """
        A word of the notation, noted for the import.
        """
        self.words.add(name)
        return name

    def text(self) -> str:
        """
        The module, with every class behind those that it needs.
        """
        order, late = self.ordered()
        out = [
            '"""',
            f"{self.asn1Name}: {self.edition}.",
            "",
            "Generated by tools/pycrate_schema.py; do not edit.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "from typing import Any",
            "",
            *(
                [f"from h323d.asn1.schema import {', '.join(sorted(self.foreign))}"]
                if self.foreign
                else []
            ),
            "from h323d.asn1.schema.notation import (",
            *(f"    {word}," for word in sorted(self.words, key=lambda w: (w.upper() != w, w))),
            ")",
        ]
        for name in order:
            made = self.classes[name]
            out += [
                "",
                "",
                f"class {name}({made.base}):",
            ]
            body = {
                k: v for k, v in made.body.items() if not (name in late and k == "componentType")
            }
            out += [f"    {key} = {value}" for key, value in body.items()] or ["    pass"]
        for name in order:
            if name in late:
                value = self.classes[name].body["componentType"].replace("\n    ", "\n")
                out += ["", "", f"{name}.componentType = {value}"]
        out += ["", "", "TYPES: dict[str, Any] = {"]
        out += [f'    "{name}": {python},' for name, python in self.types.items()]
        out += ["}", ""]
        return "\n".join(out)

    def ordered(self) -> tuple[list[str], set[str]]:
        """
        The classes with what they need first, and those that need themselves.
        """
        order: list[str] = []
        late: set[str] = set()
        open_: list[str] = []

        def visit(name: str) -> None:
            if name in open_:
                late.update(open_[open_.index(name) :])
                return
            if name in order:
                return
            open_.append(name)
            for other in self.classes[name].needs:
                visit(other)
            open_.pop()
            order.append(name)

        for name in self.classes:
            visit(name)
        return order, late


def main(arguments: list[str]) -> int:
    """
    Write the schemas, or with C{--check} tell whether they are as written.
    """
    stale = []
    for asn1Name, (short, _, _) in _MODULES.items():
        text = Writer(asn1Name).write()
        path = _SCHEMA / f"{short}.py"
        if "--check" not in arguments:
            path.write_text(text)
        elif path.read_text() != text:
            stale.append(str(path))
    for name in stale:
        print(f"{name} is not what tools/pycrate_schema.py writes")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
