"""The kinds of test, their panels and what closes them."""

from __future__ import annotations

import pytest

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS, label_of


@pytest.mark.parametrize("kind", TEST_KINDS.values(), ids=lambda kind: kind.code)
def test_every_analyte_of_a_panel_is_one_vigil_knows(kind):
    assert kind.analytes <= set(ANALYTES)


@pytest.mark.parametrize("kind", TEST_KINDS.values(), ids=lambda kind: kind.code)
def test_one_analyte_of_each_part_completes_a_panel_and_less_does_not(kind):
    one_each = [min(need.any_of) for need in kind.needs]
    assert kind.missing(one_each) == ()
    for left_out in range(len(one_each)):
        rest = one_each[:left_out] + one_each[left_out + 1 :]
        assert kind.needs[left_out].label in kind.missing(rest)


def test_kinds_without_a_result_are_done_by_hand():
    assert {"chimerism", "mri", "ct_pet", "visit", "late_effects", "liver"} == DONE_BY_HAND


def test_an_unknown_kind_still_shows():
    assert label_of("cbc") == "Blood count"
    assert label_of("thyroid") == "thyroid"
