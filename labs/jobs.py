"""Work of this floor done by a worker: catching up evaluations that failed, keeping schedules ahead.

Declared on procrastinate's `app` itself, since `tracker/jobs.py` is a floor above. Every job may run twice.
"""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from labs.actions.activate_criteria import activate_due_criteria
from labs.actions.assign_flags import assign_flags, escalate_flags
from labs.actions.bridge_assays import JOB as BRIDGED
from labs.actions.bridge_assays import evaluate_bridged as ask_about_bridged
from labs.actions.criteria_steps import CriteriaRefused
from labs.actions.deliver_letter import deliver_letter
from labs.actions.deliver_notification import deliver_notification
from labs.actions.end_mute import end_mutes
from labs.actions.end_waits import end_waits
from labs.actions.end_watches import end_watches
from labs.actions.evaluate import evaluate_pending
from labs.actions.evaluate import evaluate_range as ask_about_range
from labs.actions.evaluate_overdue import evaluate_overdue
from labs.actions.extend_horizon import extend_horizon
from labs.actions.flag_steps import TELLING
from labs.actions.letter_steps import JOB as DELIVERED
from labs.actions.make_notification import JOB as NOTIFICATION
from labs.actions.notify import notify, send_what_was_left
from labs.actions.rank_tests import rank_tests as rank_all_tests
from labs.actions.replay_criteria import replay_criteria
from labs.actions.send_message import MOST_ATTEMPTS
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import User

RETRIES = RetryStrategy(max_attempts=5, exponential_wait=4)
NOTIFICATION_RETRIES = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=5)  # 5 s, 25 s, 2 min, 10 min
MAIL_RETRIES = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=10)  # after 10 s, 100 s, 17 min, 3 h


@app.periodic(cron="*/5 * * * *")
@app.task(name="labs.catch_up_evaluations", queueing_lock="labs.catch_up_evaluations", lock="labs.catch_up_evaluations")
def catch_up_evaluations(timestamp: int) -> None:
    """Ask about the patients whose results were stored but not evaluated."""
    evaluate_pending(by=system_account(), now=timezone.now())


@app.periodic(cron="23 2 * * *")
@app.task(name="labs.extend_schedules", queueing_lock="labs.extend_schedules", lock="labs.extend_schedules")
def extend_schedules(timestamp: int) -> None:
    """Schedule the tests of the next months, every night."""
    extend_horizon(by=system_account(), now=timezone.now())


@app.periodic(cron="47 1 * * *")
@app.task(name="labs.rank_tests", queueing_lock="labs.rank_tests", lock="labs.rank_tests")
def rank_tests(timestamp: int) -> None:
    """Keep the worklist quick: every night take what was missed out of its indexes."""
    rank_all_tests(by=system_account(), now=timezone.now())


@app.periodic(cron="2-59/5 * * * *")
@app.task(name="labs.activate_criteria", queueing_lock="labs.activate_criteria", lock="labs.activate_criteria")
def activate_criteria(timestamp: int) -> None:
    """Put in force the criteria that were approved for today; who is concerned waits for `catch_up_evaluations`."""
    activate_due_criteria(by=system_account(), now=timezone.now())


@app.periodic(cron="1-59/5 * * * *")
@app.task(name="labs.keep_owners", queueing_lock="labs.keep_owners", lock="labs.keep_owners")
def keep_owners(timestamp: int) -> None:
    """Every waiting signal has the owner it should have today: absences begin and end by the calendar alone."""
    assign_flags(by=system_account(), now=timezone.now())


@app.periodic(cron="1-59/5 * * * *")
@app.task(name="labs.pass_on", queueing_lock="labs.pass_on", lock="labs.pass_on")
def pass_on(timestamp: int) -> None:
    """Signals that nobody answered in time go to the next of the chain."""
    escalate_flags(by=system_account(), now=timezone.now())


@app.periodic(cron="3-59/5 * * * *")
@app.task(name="labs.end_watches", queueing_lock="labs.end_watches", lock="labs.end_watches")
def open_watched(timestamp: int) -> None:
    """Signals that were watched until today are open again, and those that wait for tests nobody waits for any more."""
    end_watches(by=system_account(), now=timezone.now())
    end_waits(by=system_account(), now=timezone.now())


@app.periodic(cron="4-59/5 * * * *")
@app.task(name="labs.end_mutes", queueing_lock="labs.end_mutes", lock="labs.end_mutes")
def ask_about_muted(timestamp: int) -> None:
    """Signals that were muted until yesterday are asked about anew."""
    end_mutes(by=system_account(), now=timezone.now())


def catch_up_soon() -> None:
    """Ask for `catch_up_evaluations` now; one that waits already will do."""
    with suppress(AlreadyEnqueued), transaction.atomic():  # a savepoint: a refusal leaves the caller's usable
        catch_up_evaluations.configure().defer(timestamp=0)


@app.periodic(cron="41 3 * * *")
@app.task(name="labs.ask_about_overdue", queueing_lock="labs.ask_about_overdue", lock="labs.ask_about_overdue")
def ask_about_overdue(timestamp: int) -> None:
    """Time alone makes a test overdue: every night ask about those it concerns."""
    evaluate_overdue(by=system_account(), now=timezone.now())


@app.task(name="labs.replay_criteria", retry=RETRIES)
def replay_in_background(change_id: int, by_id: int) -> None:
    """Compare what holds and what is proposed on a site too large to wait for. What was decided meanwhile stays."""
    with suppress(CriteriaRefused, AccessRefused):
        replay_criteria(change_id=change_id, by=User.objects.get(pk=by_id), now=timezone.now())


def replay_soon(*, change_id: int, by: User) -> None:
    """Ask for a replay; one of the same change that waits already will do."""
    task = replay_in_background.configure(queueing_lock=f"labs.replay_criteria/{change_id}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(change_id=change_id, by_id=by.pk)


@app.task(name="labs.evaluate_range", retry=RETRIES)
def evaluate_range(first: int, last: int) -> None:
    """Ask every rule about one range of patients: a worker's share of whole-cohort work."""
    ask_about_range(first=first, last=last, by=system_account(), now=timezone.now())


@app.task(name=BRIDGED, retry=RETRIES)
def evaluate_bridged(bridge_id: int) -> None:
    """Ask every rule about the patients whose assays a site declared interchangeable, or no longer does."""
    ask_about_bridged(bridge_id=bridge_id, by=system_account(), now=timezone.now())


@app.task(name=DELIVERED, retry=MAIL_RETRIES)
def deliver_in_background(letter_id: int, by_id: int) -> None:
    """Send one message that waits; `by_id` is who put it there. One that could not be sent now is tried again."""
    deliver_letter(letter_id=letter_id, by=User.objects.get(pk=by_id), now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name=TELLING, queueing_lock=TELLING, lock=TELLING)
def tell_people(timestamp: int) -> None:
    """Tell people what they do not know yet: asked for when something urgent happens, and every minute as a net."""
    notify(by=system_account(), now=timezone.now())
    send_what_was_left(now=timezone.now())


@app.task(name=NOTIFICATION, retry=NOTIFICATION_RETRIES)
def send_notification(notification_id: int) -> None:
    """Send one message to a colleague. One that could not be sent now is tried again."""
    deliver_notification(notification_id=notification_id, by=system_account(), now=timezone.now())
