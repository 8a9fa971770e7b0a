"""Words that would tell whoever looks over a shoulder what a patient is followed for, in every language shipped."""

import re
import unicodedata

BEGINNINGS = (
    # diseases and their treatment
    "leuk", "leuc", "myelom", "mielom", "lymphom", "linfom", "plasmozyt", "cancer", "krebs", "tumor", "tumeur",
    "malign", "bosartig", "onkolog", "oncolog", "hamatolog", "haematolog", "hematolog", "hamato-onko", "chemother",
    "chimiother", "quimioter", "transplant", "rezidiv", "relaps", "recidiv", "remission", "remision", "rechute",
    "ruckfall", "recaida",
    # tests and results
    "marrow", "knochenmark", "moelle", "medula", "biops", "m-protein", "paraprotein", "light chain", "leichtkette",
    "chaines legeres", "cadenas ligeras", "blood count", "blutbild", "hemogram", "blast", "result", "befund",
    "resultat", "stable", "stabil", "estable",
)  # fmt: skip
"""Lower case, without accents."""
WORDS = re.compile(rf"\b(?:{'|'.join(map(re.escape, BEGINNINGS))})[\w-]*")


def revealing(text: str) -> str:
    """The first word that tells of disease, test or result; "" when there is none."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    found = WORDS.search("".join(letter for letter in apart if not unicodedata.combining(letter)))
    return found[0] if found else ""
