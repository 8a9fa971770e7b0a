"""Making letters and messages: words and address are frozen as they were approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.models import Letter, LetterKind
from labs.selectors.letter_drafts import Draft, drafts
from patients.access import check_can_call_stable, check_can_write_to
from patients.actions import audit
from patients.models import AuditEvent, Patient, User

MOST_AT_ONCE = 200


class LettersRefused(Exception):
    """No letter was made or moved: for at least one patient it is not possible. `reasons`: (patient, why)."""

    def __init__(self, reasons: Sequence[tuple[Patient, str]]) -> None:
        super().__init__("; ".join(f"{patient}: {why}" for patient, why in reasons))
        self.reasons = reasons


@transaction.atomic
def prepare_letters(
    *,
    kind: str,
    channel: str,
    by: User,
    now: datetime,
    tests: Collection[int] = (),
    patients: Collection[int] = (),
    seen: Mapping[int, str] | None = None,
) -> list[Letter]:
    """Make a letter for each of these patients and those of these tests, or none when one of them is refused.

    `seen`: digests of the drafts that were approved, by patient; where the words changed since, it is refused. Only
    these patients get one then. Letters made together carry the same instant. Raises `LettersRefused`.
    """
    found = _locked_drafts(kind, channel, by, now, tests=tests, patients=patients)
    if seen is not None:
        found = [draft for draft in found if draft.patient.pk in seen]
    for draft in found:
        (check_can_call_stable if kind == LetterKind.STABLE else check_can_write_to)(by, draft.patient)
    reasons = [(draft.patient, why) for draft in found if (why := draft.refused or _changed(draft, seen))]
    if reasons:
        raise LettersRefused(reasons)
    letters = Letter.objects.bulk_create([_letter(draft, kind, channel, by, now) for draft in found])
    detail = {"kind": kind, "channel": channel}
    events = [
        audit.event(by=by, verb="letter.prepare", target=one, patient_id=one.patient_id, detail=detail)
        for one in letters
    ]
    AuditEvent.objects.bulk_create(events)
    return letters


def _locked_drafts(
    kind: str, channel: str, by: User, now: datetime, *, tests: Collection[int], patients: Collection[int]
) -> list[Draft]:
    """The drafts as they stand once nobody else can make one for the same patients."""
    people = {
        draft.patient.pk
        for draft in drafts(user=by, now=now, kind=kind, channel=channel, tests=tests, patients=patients)
    }
    lock_patients(sorted(people))
    return drafts(user=by, now=now, kind=kind, channel=channel, tests=tests, patients=patients)


def _changed(draft: Draft, seen: Mapping[int, str] | None) -> str:
    if seen is None or seen[draft.patient.pk] == draft.seen:
        return ""
    return _("The letter changed since you saw it. Read it again, then approve it.")


def _letter(draft: Draft, kind: str, channel: str, by: User, now: datetime) -> Letter:
    return Letter(
        patient=draft.patient,
        kind=kind,
        channel=channel,
        language=draft.language.code,
        recipient=draft.recipient,
        subject=draft.subject,
        body=draft.body,
        tests=[test.pk for test in draft.tests],
        made_by=by,
        made_at=now,
    )
