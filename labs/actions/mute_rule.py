"""Muting a rule for a patient, from one of its signals: nobody is asked about the like until a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.write_mutes import write_mutes
from labs.models import Flag, Level, Mute, MuteReason
from labs.models.flag_states import ON_SCREEN
from labs.models.level import SEVERITY
from labs.models.mute import LONGEST_MUTE_DAYS
from labs.selectors.mutes import covering, muting
from patients.access import check_can_review
from patients.actions.audit import record
from patients.models import User
from patients.problems import problem


@transaction.atomic
def mute_rule(
    *, flag: Flag, reason: str, until_on: date, by: User, now: datetime, note: str = "", urgent_too: bool = False
) -> Mute:
    """The mute: signals of the flag's rule in its patient, up to its level, want no answer until that day, inclusive.

    They stay visible, keep their owner, and are asked about anew afterwards. `urgent_too` has to be said of an urgent
    signal. Raises `ValidationError` with the reason; nothing is changed then.
    """
    check_can_review(by, flag.patient)
    lock_patients([flag.patient_id])
    held = Flag.objects.select_related("patient__site").get(pk=flag.pk)
    _check_signal(held, urgent_too)
    _check_words(reason, note.strip())
    _check_day(until_on, now.astimezone(held.patient.site.zone).date())
    _check_others(held, until_on, now)
    mute = Mute.objects.create(
        patient=held.patient,
        rule=held.rule,
        level=held.level,
        reason=reason,
        note=note.strip(),
        until_on=until_on,
        recorded_by=by,
        recorded_at=now,
    )
    muted = write_mutes(patient_id=held.patient_id, rule=held.rule, by=by, now=now)
    told = {"rule": held.rule, "level": held.level, "reason": reason, "until_on": until_on.isoformat()}
    record(by=by, verb="rule.mute", target=mute, patient=held.patient, detail=told | {"flag": held.pk, "flags": muted})
    return mute


def _check_signal(flag: Flag, urgent_too: bool) -> None:
    if flag.signal not in ON_SCREEN:
        raise problem(
            "",
            _("This signal is %(signal)s: it asks for nothing.") % {"signal": flag.get_signal_display()},
            _("Mute the rule from a signal that stands."),
        )
    if flag.level == Level.URGENT and not urgent_too:
        raise problem(
            "urgent_too",
            _("This signal is urgent."),
            _("Say that urgent signals of this rule are to be muted too, or leave it as it is."),
        )


def _check_words(reason: str, note: str) -> None:
    if reason not in MuteReason.values:
        raise problem("reason", _("This is no reason of the list."), _("Choose one of the list."))
    if reason == MuteReason.OTHER and not note:
        raise problem("note", _("The note is missing."), _("Say what the reason is: others will read it."))


def _check_day(until_on: date, today: date) -> None:
    last = today + timedelta(days=LONGEST_MUTE_DAYS)
    if until_on < today:
        raise problem(
            "until_on",
            _("%(day)s is over.") % {"day": until_on.isoformat()},
            _("Give a day from today to %(last)s.") % {"last": last.isoformat()},
        )
    if until_on > last:
        raise problem(
            "until_on",
            _("%(day)s is further away than %(days)d days, the longest a rule may be muted at once.")
            % {"day": until_on.isoformat(), "days": LONGEST_MUTE_DAYS},
            _("Give a day up to %(last)s; it can be muted again then.") % {"last": last.isoformat()},
        )


def _check_others(flag: Flag, until_on: date, now: datetime) -> None:
    """Raise when another mute makes this one needless, or ends on the same day."""
    known = muting([flag.patient_id], now=now).get((flag.patient_id, flag.rule), ())
    other = covering(known, flag.level)
    if other is None or other.until_on < until_on:
        other = next((mute for mute in known if mute.until_on == until_on), None)
    if other is not None:
        raise problem(
            "until_on",
            _("%(who)s has muted it already, until %(day)s and up to the level %(level)s.")
            % {"who": other.recorded_by, "day": other.until_on.isoformat(), "level": other.get_level_display()},
            _("Choose a later day.")
            if SEVERITY[other.level] >= SEVERITY[flag.level]
            else _("Choose another day, or end that one first."),
        )
