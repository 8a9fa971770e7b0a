"""The kinds of findings: one for each analyte that clinicians enter, each with a way to be found."""

from decimal import Decimal

import pytest

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.findings import FINDING_KINDS, MODALITIES, place_of, same_place, several_lesions, sum_of_products


def test_every_analyte_of_clinicians_is_a_kind_of_finding() -> None:
    assert set(FINDING_KINDS) == {code for code, analyte in ANALYTES.items() if analyte.entered == "clinician"}


@pytest.mark.parametrize("kind", FINDING_KINDS.values(), ids=FINDING_KINDS)
def test_each_kind_is_consistent(kind) -> None:
    assert kind.methods
    assert set(kind.methods) <= set(MODALITIES)
    assert bool(kind.example) == (kind.place != "none")


def test_the_sum_names_its_lesions_in_one_order() -> None:
    lesions = {"rib 7": (Decimal(15), Decimal(10)), "Left iliac bone": (Decimal(31), Decimal(20))}
    name, total = sum_of_products(lesions)
    assert (name, total) == ("Left iliac bone + rib 7", Decimal(770))
    assert sum_of_products(dict(reversed(lesions.items()))) == (name, total)
    assert several_lesions(name)
    assert not several_lesions("rib 7")


def test_blanks_and_letters_do_not_make_another_place() -> None:
    assert same_place(" Left  orbit", "left ORBIT")
    assert not same_place("left orbit", "right orbit")


def test_a_place_keeps_its_letters_and_loses_its_blanks() -> None:
    assert place_of("  Left  iliac bone ") == "Left iliac bone"


def test_the_order_of_lesions_does_not_hang_on_capital_letters() -> None:
    lesions = {"Rib 7": (Decimal(15), Decimal(10)), "left iliac bone": (Decimal(31), Decimal(20))}
    assert sum_of_products(lesions) == ("left iliac bone + Rib 7", Decimal(770))
