"""How the fields of a list are declared: once, on a plain class, with their type, bounds and meaning; ``kpis.store.fields`` adds tables."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator
from pydantic import Field as Bounds


class Fields(BaseModel, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False):
    """The fields of a list, one a column; unknown columns are refused."""


class Said:
    """The mark of a public field: what it means, in Japanese and English."""

    def __init__(self, ja: str, en: str) -> None:
        self.text = {"ja": ja, "en": en}


def type_of(model: type[BaseModel], name: str) -> type:
    """Return the plain type of a field: ``date`` for a day that may be blank, ``str`` for a word of a vocabulary."""
    found: Any = model.model_fields[name].annotation
    while get_args(found):
        found = get_args(found)[0]
    return found  # type: ignore[no-any-return]


def said_of(model: type[BaseModel]) -> dict[str, dict[str, str]]:
    """Return what the public fields of a class mean: name → language → text."""
    marks = ((name, mark) for name, field in model.model_fields.items() for mark in field.metadata)
    return {name: mark.text for name, mark in marks if isinstance(mark, Said)}


Code = Annotated[str, Bounds(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Filled = Annotated[str, Bounds(min_length=1)]
Flag = Annotated[bool, BeforeValidator(lambda v: {"1": True, "0": False, "": False}.get(v, v) if isinstance(v, str) else v)]
NameJa = Annotated[Filled, Said("名称(日本語)", "name, in Japanese")]
NameEn = Annotated[Filled, Said("名称(英語)", "name, in English")]
