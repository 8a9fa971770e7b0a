"""The page of a case as PDF, compiled by typst from data alone: what people typed is never markup.

Set in the font typst brings along. A name no letter of it can print is set in a font of this machine where one has it,
else written as code points (`[U+1F600]`), so that nothing stands as empty boxes and no case goes unprinted.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import typst

TEMPLATE: Final = Path(__file__).resolve().parent / "case.typ"
STANDARD: Final = "ua-1"
ROUNDS: Final = 40
"""How many pieces of text that cannot be printed are replaced before it is given up."""
NO_GLYPH = re.compile(r'text `"(.*?)"` could not be displayed', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


class CannotPrint(ValueError):
    """The case cannot be set; the message says why."""


def as_pdf(case: dict[str, Any]) -> bytes:
    """The case as PDF/UA-1. Raises `CannotPrint`."""
    try:
        return _compiled(case, only_own_fonts=True)
    except typst.TypstError as error:
        if NO_GLYPH.search(str(error)) is None:
            raise CannotPrint(str(error).splitlines()[0]) from None
    for _round in range(ROUNDS):
        try:
            return _compiled(case, only_own_fonts=False)
        except typst.TypstError as error:
            found = NO_GLYPH.search(str(error))
            if found is None:
                raise CannotPrint(str(error).splitlines()[0]) from None
            case = spelled_out(case, frozenset(ESCAPED.sub(lambda one: chr(int(one[1], 16)), found[1])))
    raise CannotPrint("Too many characters that no font here can print.")


def spelled_out(given: Any, letters: frozenset[str]) -> Any:
    """The same data with these letters written as code points; drawings, which are text too, keep theirs."""
    if isinstance(given, str):
        return "".join(f"[U+{ord(one):04X}]" if one in letters and not one.isspace() else one for one in given)
    if isinstance(given, dict):
        return {key: value if key == "svg" else spelled_out(value, letters) for key, value in given.items()}
    return [spelled_out(one, letters) for one in given] if isinstance(given, list) else given


def _compiled(case: dict[str, Any], *, only_own_fonts: bool) -> bytes:
    return typst.compile(
        TEMPLATE,
        sys_inputs={"case": json.dumps(case)},
        pdf_standards=STANDARD,
        ignore_system_fonts=only_own_fonts,
    )
