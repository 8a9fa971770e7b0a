"""Logs without patients: only declared keys pass, exceptions lose their messages, addresses lose their questions.

What may never reach a log: names, dates of birth, identifiers (also in addresses and search words) and results. A key
is let through only when it is in ALLOWED, so a new one is left out until somebody has thought about it. Events are
constant sentences; what varies goes into keys. Staff appear by account number, patients and results by their row's.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

Event = MutableMapping[str, Any]

ALLOWED = frozenset(
    """
    event level logger timestamp exception
    request_id method route status duration_ms user_id
    job job_id task queue attempts delay_seconds
    patient_id report_id result_id flag_id message_id plan_id scheduled_test_id site_id export_id import_id
    count rows taken refused quarantined skipped unchanged raised withdrawn seconds
    rule criteria_version source_format export_format command version pid port
    """.split()
)
# The messages of these speak of code and settings; those of all others may repeat the data they stumbled over.
SPEAKING_OF_CODE = (ImproperlyConfigured, ImportError, AttributeError, NameError, NotImplementedError)
QUESTION = re.compile(r"\?\S+")


def leave_out_undeclared(_logger: Any, _method: str, event: Event) -> Event:
    """Drop every key that is not in ALLOWED, and say which were dropped."""
    left_out = sorted(key for key in event if key not in ALLOWED and not key.startswith("_"))
    for key in left_out:
        del event[key]
    if left_out:
        event["left_out"] = left_out
    return event


def hide_questions(_logger: Any, _method: str, event: Event) -> Event:
    """Cut what follows a question mark in an address: searches hold names and identifiers."""
    event["event"] = QUESTION.sub("?[left out]", str(event.get("event", "")))
    return event


def name_the_route(_logger: Any, _method: str, event: Event) -> Event:
    """Replace the address in Django's own lines about requests ("Not Found: /patients/...") by the route."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.startswith(("django.request", "django.security")):
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        event["event"] = "Bad request" if record.name.startswith("django.security") else "Request failed"
        event["route"] = match.route if match else "(no route)"
        event["status"] = getattr(record, "status_code", None)
    return event


def name_the_job(_logger: Any, _method: str, event: Event) -> Event:
    """Replace the job queue's sentences, which repeat the arguments of jobs, by what happened to which job."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.startswith("procrastinate"):
        job = getattr(record, "job", None) or {}
        event["event"] = getattr(record, "action", None) or "job queue"
        event["job"], event["job_id"] = job.get("task_name"), job.get("id")
    return event


def show_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Render an exception as its type and the lines of code it passed, without its message."""
    given = event.pop("exc_info", None)
    error: BaseException | None = None
    if isinstance(given, BaseException):
        error = given
    elif isinstance(given, tuple):
        error = given[1]
    elif given:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = describe(error)
    return event


def describe(error: BaseException) -> str:
    """The chain of exceptions, the first cause first: where each came from, and its message only where that is safe."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_describe_one(current, current.__traceback__))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nwhich led to:\n".join(reversed(parts))


def _describe_one(error: BaseException, trace: TracebackType | None) -> str:
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    message = f": {error}" if isinstance(error, SPEAKING_OF_CODE) else " (message left out)"
    return "\n".join([*lines, f"{type(error).__module__}.{type(error).__qualname__}{message}"])


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    show_exception,
]
STRUCTLOG: dict[str, Any] = {
    "processors": [structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    "wrapper_class": structlog.stdlib.BoundLogger,
    "logger_factory": structlog.stdlib.LoggerFactory(),
    "cache_logger_on_first_use": False,
}


def formatter(*, as_json: bool) -> logging.Formatter:
    """The last step of every line, ours and the libraries': the filter stands here, where nothing passes it by."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            name_the_route,
            name_the_job,
            hide_questions,
            leave_out_undeclared,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


def configuration(*, level: str, as_json: bool) -> dict[str, Any]:
    """The LOGGING setting: one handler to standard error, through the filter."""
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"filtered": {"()": formatter, "as_json": as_json}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "filtered"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.db.backends": {"level": "INFO"},  # at DEBUG it prints statements with their values
            "procrastinate": quiet,
            "axes": quiet,
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
        },
    }
