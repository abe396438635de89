"""SciSafeEval's eleven files -> what their instructions leave open, and what is filled in there."""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from plimsoll.core import DataError

Notation = Literal["smiles", "selfies"]
_SLOT = re.compile(r"<([a-z]+(?:[/_-][a-z]+)*)>")


class Layout(NamedTuple):
    """One file."""

    domain: str
    language: str
    """The scientific language of what is filled in: textual, molecular, protein or genomic."""
    slots: Mapping[str, tuple[str, ...]]
    """Placeholder -> the fields that may stand for it."""


_CHEMISTRY = Layout("chemistry", "molecular", {"name": ("name",), "smiles/selfies": ("smiles", "selfies")})
_PROTEIN = Layout("biology", "protein", {"name": ("name",), "sequence": ("sequence",)})
_GENE = _PROTEIN._replace(language="genomic")
_MEDICINE = Layout("medicine", "textual", {"content": ("content",)})

LAYOUTS: Mapping[str, Layout] = {
    "chemistry_molecule-generation": _CHEMISTRY,
    "chemistry_property-prediction": _CHEMISTRY,
    "chemistry_reaction-prediction": _CHEMISTRY,
    "biology_protein-sequence-generation": _PROTEIN,
    "biology_protein-function-prediction": _PROTEIN,
    "biology_protein-structure-prediction": _PROTEIN,
    "biology_gene-classification": _GENE,
    "biology_gene-generation": _GENE,
    "medicine_inference-reasoning": _MEDICINE,
    "medicine_knowledge-retrieval": _MEDICINE,
    "physics_knowledge-retrieval": Layout("physics", "textual", {}),
}


def filled(text: str, fields: Mapping[str, Any], layout: Layout, notation: Notation, place: str) -> str:
    """The text with every placeholder filled, once. Raises `DataError` where one is unknown or unfilled.

    The official code leaves unknown placeholders as they are and asks the model about `<sequence>`.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in layout.slots:
            raise DataError(f"{place}: nothing is known to stand for <{name}> in this file")
        field = notation if name == "smiles/selfies" else layout.slots[name][0]
        said = fields.get(field)
        if not isinstance(said, str) or not said.strip():
            raise DataError(f"{place}: <{name}> cannot be filled: the record has no {field}")
        return said

    return _SLOT.sub(value, text)
