"""The quarantine: what came and could not be used waits for somebody, with the reason and the way to mend it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from labs.actions.store_results import Stored
from labs.models import Message, Quarantine
from labs.vocabulary.statuses import CORRECTING, VOID
from patients.actions.audit import event
from patients.models import AuditEvent, User
from patients.selectors.matching import UNKNOWN_NUMBER

KEEP = f"""
    insert into {Quarantine._meta.db_table} as item
        (fingerprint, "where", reason, explanation, remedy, raw, patient_id, analyte, collected_on, state, created_at,
         message_id, note)
    select fingerprint, place, reason, explanation, remedy, raw::jsonb, patient, analyte, day, 'open', %(now)s,
           %(message)s, ''
    from unnest(%(fingerprints)s::uuid[], %(places)s::text[], %(reasons)s::text[], %(explanations)s::text[],
                %(remedies)s::text[], %(raws)s::text[], %(patients)s::bigint[], %(analytes)s::text[], %(days)s::date[])
        as new(fingerprint, place, reason, explanation, remedy, raw, patient, analyte, day)
    on conflict (fingerprint) do update
        set reason = excluded.reason, explanation = excluded.explanation, remedy = excluded.remedy,
            patient_id = excluded.patient_id, analyte = excluded.analyte, collected_on = excluded.collected_on
        where item.state = 'open'
          and (item.reason, item.patient_id) is distinct from (excluded.reason, excluded.patient_id)
          and not (item.patient_id is not null and excluded.reason = '{UNKNOWN_NUMBER}')
    returning id, (xmax = 0) as is_new
"""  # noqa: S608 (table names of our own models)

WAITING = f"""
    select id from {Quarantine._meta.db_table} where state = 'open' and fingerprint = any(%s::uuid[])
"""  # noqa: S608

# A number stays with its patient: "unknown" of a known patient's item only says that this sender may not see them.

REPLACING = CORRECTING | VOID
UNFINISHED = frozenset({"preliminary", "registered", "unknown"})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to keep aside. `fingerprint` is that of the incoming words: the same again is the same item."""

    fingerprint: str
    where: str
    reason: str
    message: str
    remedy: str
    raw: dict[str, Any]
    patient_id: int | None = None
    analyte: str = ""
    collected_on: date | None = None


def keep_aside(*, items: Sequence[Item], message: Message | None, now: datetime) -> int:
    """Write the items that are not there yet and return how many that were. What people closed stays closed."""
    unique = {item.fingerprint: item for item in items}
    if not unique:
        return 0
    kept = list(unique.values())
    parameters: dict[str, Any] = {
        "fingerprints": [item.fingerprint for item in kept],
        "places": [item.where[:255] for item in kept],
        "reasons": [item.reason[:60] for item in kept],
        "explanations": [item.message for item in kept],
        "remedies": [item.remedy for item in kept],
        "raws": [json.dumps(item.raw) for item in kept],
        "patients": [item.patient_id for item in kept],
        "analytes": [item.analyte for item in kept],
        "days": [item.collected_on for item in kept],
        "now": now,
        "message": message.pk if message else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, parameters)
        return sum(is_new for _, is_new in cursor.fetchall())


def close_settled(*, stored: Sequence[Stored], same_words: Iterable[str], by: User, now: datetime) -> int:
    """Close what waited and has come in usable since. Returns how many items that were.

    That is an item of the same words (`same_words`: fingerprints of what is usable now, such as results whose patient
    was not known then), and an item of the same accession and code that a correction or final result has replaced.
    """
    waiting = Quarantine.objects.filter(state=Quarantine.State.OPEN)
    if not stored or not waiting.exists():
        return 0
    settled = {item.pk: item for item in waiting.filter(pk__in=_of_same_words(same_words))}
    settled |= {item.pk: item for item in _replaced(stored)}
    if not settled:
        return 0
    Quarantine.objects.filter(pk__in=settled).update(
        state=Quarantine.State.MENDED, closed_at=now, closed_by=by, note="It has come in usable since."
    )
    AuditEvent.objects.bulk_create(
        event(by=by, verb="quarantine.settle", target=item, patient_id=item.patient_id) for item in settled.values()
    )
    return len(settled)


def _of_same_words(fingerprints: Iterable[str]) -> list[int]:
    """Numbers of the open items with these fingerprints. One array: every result of a large file is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [list(fingerprints)])
        return [number for (number,) in cursor.fetchall()]


def _replaced(stored: Sequence[Stored]) -> Iterator[Quarantine]:
    """Open items of the patients concerned whose accession and code came again in a version that settles them."""
    patients = {outcome.arrival.patient_id for outcome in stored}
    waiting: dict[tuple[int | None, str, str], list[Quarantine]] = defaultdict(list)
    for item in Quarantine.objects.filter(patient_id__in=patients, state=Quarantine.State.OPEN):
        waiting[item.patient_id, str(item.raw.get("accession")), str(item.raw.get("code"))].append(item)
    for outcome in stored if waiting else ():
        incoming = outcome.arrival.draft.incoming
        for item in waiting.get((outcome.arrival.patient_id, incoming.accession, incoming.code), ()):
            if outcome.result_id and (incoming.status in REPLACING or item.raw.get("status") in UNFINISHED):
                yield item
