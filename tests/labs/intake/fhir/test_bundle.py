"""Whole messages: what is no usable message, and that every entry is told of."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.intake.incoming import IncomingCondition, IncomingPatient, IncomingReport, Reason, Refused, Skipped
from tests.labs.intake.fhir.bundles import bundle, observation, patient, read, report, rows_told_of

REAL = Path(__file__).parents[5] / "shared" / "data" / "fhir"


def whole_refusal(data: bytes) -> Refused:
    (refused,) = read(data)
    assert isinstance(refused, Refused)
    assert refused.whole_file
    assert refused.remedy
    return refused


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "message", "searchset"])
def test_bundles_of_these_types_are_read(kind: str) -> None:
    assert len(read(bundle(patient(), observation(), type=kind))) == 2


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (b"", Reason.MALFORMED_JSON, "Line 1, column 1"),
        (b'{"resourceType": "Bundle",\n  "entry": [}', Reason.MALFORMED_JSON, "Line 2, column 13"),
        (b'{"resourceType": "Bundle", "total": NaN}', Reason.MALFORMED_JSON, "NaN"),
        (b'{"a": ' + b"9" * 5000 + b"}", Reason.MALFORMED_JSON, "5000 digits"),
        (b'{"a": "\xe4"}', Reason.MALFORMED_JSON, "position 7"),
        (json.dumps(bundle()).encode("utf-16"), Reason.MALFORMED_JSON, "not UTF-8"),
        (b"[" * 200_000, Reason.MALFORMED_JSON, "nested"),
        (b"[]", Reason.NOT_A_BUNDLE, "object"),
        (b"{}", Reason.NOT_A_BUNDLE, "resourceType"),
        (b'{"resourceType": "Bundle", "type": "history"}', Reason.NOT_A_BUNDLE, "history"),
        (b'{"resourceType": "Bundle"}', Reason.NOT_A_BUNDLE, "None"),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": {}}', Reason.NOT_A_BUNDLE, "list"),
        (b'{"resourceType": "Bundle", "type": "batch", "type": "batch"}', Reason.MALFORMED_JSON, "twice"),
    ],
)
def test_what_is_no_message_is_refused_as_a_whole(data: bytes, reason: Reason, word: str) -> None:
    refused = whole_refusal(data)
    assert refused.reason == reason
    assert word in refused.message


def test_a_byte_order_mark_is_no_fault() -> None:
    assert isinstance(read(b"\xef\xbb\xbf" + json.dumps(bundle(patient())).encode())[0], IncomingPatient)


def test_a_single_resource_is_a_message_too() -> None:
    (found,) = read(patient())
    assert isinstance(found, IncomingPatient)
    (refused,) = read(observation())
    assert isinstance(refused, Refused)
    assert refused.reason == Reason.SUBJECT_NOT_FOUND


def test_an_empty_bundle_says_so() -> None:
    (note,) = read(bundle())
    assert isinstance(note, Skipped)
    assert note.reason == Reason.NO_ROWS


@pytest.mark.parametrize(
    "entry", [{}, None, 5, {"resource": None}, {"resource": {}}, {"resource": {"resourceType": 5}}]
)
def test_an_entry_without_resource_is_refused_and_the_others_are_taken(entry: Any) -> None:
    message = bundle(patient(), observation())
    message["entry"].insert(1, entry)
    outcomes = read(message)
    assert [outcome.row for outcome in outcomes if isinstance(outcome, Refused)] == [1]
    assert sorted(rows_told_of(outcomes), key=str) == [0, 1, 2]


def test_a_bundle_in_a_bundle_is_refused() -> None:
    (refused,) = read(bundle(bundle(patient()) | {"id": "b"}))
    assert isinstance(refused, Refused)
    assert refused.reason == Reason.BROKEN_ENTRY


def test_nothing_is_deleted() -> None:
    message = bundle(patient(), observation())
    message["entry"].append({"request": {"method": "DELETE", "url": "Observation/o1"}})
    (skipped,) = [outcome for outcome in read(message) if isinstance(outcome, Skipped)]
    assert (skipped.reason, skipped.row) == (Reason.DELETION_NOT_DONE, 2)


def test_a_doubled_name_spoils_its_entry_only() -> None:
    data = json.dumps(bundle(patient(), observation("o1"), observation("o2"))).replace(
        '"id": "o1"', '"id": "o1", "id": "o1"'
    )
    outcomes = read(data.encode())
    assert [outcome.row for outcome in outcomes if isinstance(outcome, Refused)] == [1]
    assert [outcome.row for outcome in outcomes if isinstance(outcome, IncomingReport)] == [2]


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"])
def test_characters_no_database_keeps_spoil_their_entry_only(text: str) -> None:
    data = json.dumps(bundle(patient(), observation("o1", note=[{"text": "MARK"}]), observation("o2"))).replace(
        "MARK", text
    )
    outcomes = read(data.encode())
    assert [outcome.row for outcome in outcomes if isinstance(outcome, Refused)] == [1]


def test_a_character_of_two_halves_is_whole() -> None:
    outcomes = read(json.dumps(bundle(patient(), observation(note=[{"text": "fine 🙂"}]))).encode())
    assert isinstance(outcomes[1], IncomingReport)
    assert outcomes[1].results[0].note == "fine 🙂"


def full_message() -> dict[str, Any]:
    group = observation("o3", value=None, hasMember=[{"reference": "Observation/o2"}])
    disease = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C90.01"}]},
    }
    encounter = {"resourceType": "Encounter", "id": "e1"}
    return bundle(patient(), observation("o1"), observation("o2"), group, report("Observation/o1"), disease, encounter)


def test_every_entry_is_told_of() -> None:
    outcomes = read(full_message())
    assert set(rows_told_of(outcomes)) == set(range(7))
    assert not any(isinstance(outcome, Refused) for outcome in outcomes)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message where something else could stand."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found.extend(places(inner, (*path, key)))
    return found


MESSAGE = full_message()
ENTRY_PLACES = [place for place in places(MESSAGE) if len(place) > 2]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(ENTRY_PLACES), json_values), min_size=1, max_size=3))
def test_whatever_stands_anywhere_in_an_entry_every_entry_is_told_of(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    message = copy.deepcopy(MESSAGE)
    for place, value in changes:
        holder: Any = message
        for step in place[:-1]:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(holder, dict) or (
                isinstance(holder, list) and isinstance(place[-1], int) and place[-1] < len(holder)
            ):
                holder[place[-1]] = value
    assert set(rows_told_of(read(message))) == set(range(7))


@given(st.binary(max_size=200))
def test_any_bytes_give_outcomes_and_no_exception(data: bytes) -> None:
    assert read(data)


@given(json_values)
def test_any_json_gives_outcomes_and_no_exception(value: Any) -> None:
    assert read(json.dumps(value).encode())


@given(st.integers(0, 3000), st.binary(max_size=3))
def test_a_message_cut_or_changed_anywhere_gives_outcomes(place: int, noise: bytes) -> None:
    data = json.dumps(MESSAGE).encode()
    assert read(data[:place])
    assert read(data[:place] + noise + data[place + 1 :])


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/fhir is not there")
@pytest.mark.parametrize(
    ("name", "taken", "skipped", "refused"),
    [
        ("synthea-cammy", {"IncomingPatient": 1, "IncomingReport": 33}, 102, 0),
        ("Bundle-ghp", {}, 3, 52),
        ("Bundle-lipids", {}, 0, 5),
    ],
)
def test_every_entry_of_real_messages_is_told_of(name: str, taken: dict[str, int], skipped: int, refused: int) -> None:
    data = (REAL / f"{name}.json").read_bytes()
    outcomes = read(data)
    assert set(rows_told_of(outcomes)) == set(range(len(json.loads(data)["entry"])))
    counts = Counter(type(outcome).__name__ for outcome in outcomes)
    assert (counts.pop("Skipped", 0), counts.pop("Refused", 0)) == (skipped, refused)
    assert counts == taken
    assert not any(isinstance(outcome, IncomingCondition) for outcome in outcomes)
