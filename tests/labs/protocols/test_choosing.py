"""Which protocol is suggested."""

from __future__ import annotations

from datetime import date

import pytest

from labs.protocols.choosing import Situation, suggested_protocol
from labs.protocols.reading import shipped

DAY = date(2025, 1, 1)
TABLE = [
    (Situation("MM"), "mm-maintenance"),
    (Situation("MM", therapy_ended_on=DAY), "mm-observation"),
    (Situation("MM", high_risk=True), "mm-high-risk"),
    (Situation("MM", high_risk=True, disease_type="light_chain_only"), "mm-light-chain-high-risk"),
    (Situation("MM", disease_type="light_chain_only"), "mm-light-chain-only"),
    (Situation("MM", disease_type="nonsecretory"), "mm-nonsecretory"),
    (Situation("MM", disease_type="nonsecretory", high_risk=True), "mm-nonsecretory-high-risk"),
    (Situation("AML"), "aml-after-chemotherapy"),
    (Situation("AML", words=("NPM1 mutated",)), "aml-molecular"),
    (Situation("AML", words=("AML with t(8;21)",)), "aml-molecular"),
    (Situation("AML", words=("APL",), on_maintenance=True), "aml-apl"),
    (Situation("AML", words=("PML::RARA", "APLASIA")), "aml-apl"),
    (Situation("AML", words=("aplasia after induction",)), "aml-after-chemotherapy"),
    (Situation("AML", on_maintenance=True), "aml-maintenance"),
    (Situation("AML", words=("NPM1",), on_maintenance=True), "aml-molecular"),
    (Situation("AML", on_maintenance=True, transplant_on=DAY), "aml-after-allogeneic"),
    (Situation("AML", words=("NPM1",), transplant_on=DAY), "aml-after-allogeneic"),
    (Situation("ALL"), "all-maintenance"),
    (Situation("ALL", therapy_ended_on=DAY), "all-off-therapy"),
    (Situation("ALL", words=("B-ALL, BCR::ABL1",), therapy_ended_on=DAY), "all-ph-positive"),
    (Situation("CLL"), None),
]


@pytest.mark.parametrize(("situation", "code"), TABLE)
def test_the_suggestion_follows_the_situation(situation, code):
    assert suggested_protocol(situation) == code


def test_every_shipped_protocol_is_suggested_to_somebody():
    assert {path.stem for path in shipped()} == {code for _, code in TABLE if code}
