"""A site's own protocols: derived from another, or taken in from a file. Each save is a new version; none changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from labs.actions.criteria_steps import lock_site
from labs.models import Protocol
from labs.protocols.comparing import asked, differences, uncited_changes
from labs.protocols.nodes import Problem, Problems
from labs.protocols.reading import ProtocolFile, read_protocol, steps_of
from labs.protocols.writing import read_definition
from labs.selectors.protocols import newest_version, original_of, own_code
from patients.access import check_can_write_protocols
from patients.actions import audit
from patients.models import Site, User

FIXED = ("disease", "anchor")
SAMPLE_ANCHOR = date(2025, 1, 1)
"""The day from which what is asked for is counted for the audit; which one makes no difference worth keeping."""


class ProtocolRefused(ValueError):
    """The protocol cannot be saved as it is; the message says why and what to do. Nothing was stored."""


class SavedMeanwhileError(ProtocolRefused):
    """Somebody else saved the next version first; `newest` is theirs."""

    def __init__(self, newest: Protocol) -> None:
        self.newest = newest
        super().__init__(
            _(
                "%(who)s saved version %(version)d of %(code)s meanwhile. What you wrote is kept: compare the two, "
                "then save again to make version %(next)d."
            )
            % {
                "who": newest.made_by or _("Somebody"),
                "version": newest.version,
                "code": newest.code,
                "next": newest.version + 1,
            }
        )


@transaction.atomic
def derive_protocol(
    *, source: Protocol, site: Site, definition: Mapping[str, Any], seen_version: int, by: User
) -> Protocol:
    """Store what a site makes of a protocol as the next version of its own code.

    seen_version  the newest version of the own code that the person saw; 0 for none

    Disease and anchor stay those of the source. Raises `Problems` naming the place of every mistake,
    `SavedMeanwhileError` when another version was saved since, and `ProtocolRefused` when nothing differs.
    """
    check_can_write_protocols(by, site)
    site = lock_site(site.pk)
    code = own_code(site=site, source=source)
    newest = newest_version(code)
    if newest is not None and newest.version != seen_version:
        raise SavedMeanwhileError(newest)
    kept = {name: source.definition[name] for name in FIXED}
    whole = {**definition, **kept, "code": code, "version": newest.version + 1 if newest else 1}
    file = _read(source, whole)
    if not differences((newest or source).definition, file.definition):
        raise ProtocolRefused(
            _("Nothing differs from %(protocol)s. Change a step first.") % {"protocol": newest or source}
        )
    return _store(file, site=site, original=original_of(source), by=by, verb="derive_protocol")


@transaction.atomic
def load_site_protocol(*, text: str, site: Site, original: Protocol | None, by: User) -> Protocol:
    """Store the protocol of a file as the site's own, in place of `original` where one is named.

    Raises `Problems` naming the line of every mistake, and `ProtocolRefused` for a code that belongs to others or a
    version that does not follow. The same file twice stores nothing new.
    """
    check_can_write_protocols(by, site)
    site = lock_site(site.pk)
    file = read_protocol(text)
    newest = newest_version(file.code)
    if newest is not None and newest.site_id != site.pk:
        raise ProtocolRefused(
            _("The code %(code)s belongs to another protocol. Give this one a code of its own, such as %(own)s.")
            % {"code": file.code, "own": own_code(site=site, source=newest)}
        )
    same = Protocol.objects.filter(code=file.code, version=file.version).first()
    if same is not None and same.definition == file.definition:
        return same
    expected = newest.version + 1 if newest else 1
    if file.version != expected:
        raise ProtocolRefused(
            _("The next version of %(code)s is %(expected)d, and the file says %(version)d. A version never changes.")
            % {"code": file.code, "expected": expected, "version": file.version}
        )
    original = newest.derived_from if newest is not None and newest.derived_from else original
    if original is not None and original.disease != file.disease:
        raise ProtocolRefused(
            _("%(original)s is for another disease. Choose one for the disease of the file.") % {"original": original}
        )
    root = None if original is None else original_of(original)
    return _store(file, site=site, original=root, by=by, verb="load_site_protocol")


def _read(source: Protocol, whole: Mapping[str, Any]) -> ProtocolFile:
    """The definition checked, and every changed step with a word of its own for it."""
    file = read_definition(whole)
    problems = uncited_changes(source.definition, file.definition)
    if not file.definition.get("changed_because"):
        problems.append(
            Problem(1, "say why the site follows this; it is shown beside the version", ("changed_because",))
        )
    if problems:
        raise Problems(tuple(problems))
    return file


def _store(file: ProtocolFile, *, site: Site, original: Protocol | None, by: User, verb: str) -> Protocol:
    fields = {"disease": file.disease, "title": file.title, "definition": dict(file.definition)}
    try:
        with transaction.atomic():
            protocol = Protocol.objects.create(
                code=file.code, version=file.version, site=site, derived_from=original, made_by=by, **fields
            )
    except IntegrityError as error:  # another site took the code at the same instant
        raise ProtocolRefused(
            _("Another site took the code %(code)s. Choose another.") % {"code": file.code}
        ) from error
    detail: dict[str, Any] = {"code": file.code, "version": file.version, "site": site.code}
    if original is not None:
        less = asked(file.steps, steps_of(original.definition), anchor=SAMPLE_ANCHOR)
        detail |= {
            "from": f"{original.code} v{original.version}",
            "asks_less": [one.kind for one in less if one.is_less],
        }
    audit.record(by=by, verb=verb, target=protocol, detail=detail)
    return protocol
