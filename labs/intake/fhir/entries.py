"""The entries of a Bundle and the references between them."""

import re
from collections import defaultdict
from dataclasses import dataclass

from labs.intake.fhir.elements import BadEntryError, objects
from labs.intake.fhir.json_text import Json, Object
from labs.intake.incoming import IncomingSubject, Reason, Refused

_RESTFUL = re.compile(r"(.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource with the place where a person finds it. Contained resources share the index of their container."""

    index: int
    url: str
    resource: Object
    contained_in: "Entry | None" = None

    @property
    def kind(self) -> str:
        kind = self.resource.get("resourceType")
        return kind if isinstance(kind, str) else ""

    @property
    def id(self) -> str:
        name = self.resource.get("id")
        return name if isinstance(name, str) else ""

    @property
    def where(self) -> str:
        """The place in the message as FHIRPath, with the name the sender gave."""
        place = f"Bundle.entry[{self.index}]" if self.index >= 0 else "message"
        name = f"{self.kind}/{self.id}" if self.id else self.url or self.kind
        return f"{place} {name}"[:250].rstrip()

    @property
    def address(self) -> str:
        """The sender's own name of this resource: its full URL, else type and id."""
        return self.url or (f"{self.kind}/{self.id}" if self.id else "")


class Entries:
    """All entries of a message, found by what references may call them."""

    def __init__(self, entries: list[Entry]) -> None:
        self.people: dict[int, IncomingSubject] = {}
        """Patients read so far, by the identity of their resource: a message repeats them in every entry."""
        self._by_name: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            for name in {entry.url, f"{entry.kind}/{entry.id}" if entry.id else ""} - {""}:
                self._by_name[name].append(entry)

    def find(self, reference: str, source: Entry) -> Entry:
        """Return the entry a reference leads to; raise `BadEntryError` when it leads nowhere or to several resources.

        A relative reference is looked for under the base of its own entry first, then by type and id.
        """
        if reference.startswith("#"):
            return _contained(reference[1:], source)
        if not source.url.startswith("http"):
            exact = self._by_name.get(reference, [])
            if len(exact) == 1:
                return exact[0]
        for name in _names(reference, source):
            found = self._by_name.get(name, [])
            if found and all(entry.resource == found[0].resource for entry in found):
                return found[0]
            if found:
                message = f"Reference “{_short(reference)}” fits several different entries."
                raise BadEntryError(
                    Reason.REFERENCE_NOT_FOUND, message, "Give each entry its own fullUrl.", found=reference
                )
        raise not_found(reference)


def not_found(reference: str) -> BadEntryError:
    message = f"Reference “{_short(reference)}” leads nowhere in this message."
    return BadEntryError(
        Reason.REFERENCE_NOT_FOUND, message, "Send the resource it names in the same Bundle.", found=reference
    )


def refuse(entry: Entry, bad: BadEntryError) -> Refused:
    """Return the refusal of one entry."""
    return Refused(
        where=entry.where,
        reason=bad.reason,
        message=bad.message,
        remedy=bad.remedy,
        row=entry.index,
        column=bad.column,
        found=bad.found,
    )


def as_entries(bundle: Object) -> list[tuple[Entry, Object]]:
    """Return each entry of a Bundle with its `request`. Entries that hold no object get an empty resource."""
    listed = bundle.get("entry")
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise BadEntryError(Reason.NOT_A_BUNDLE, "entry must be a list.", "Send a FHIR R4 Bundle in JSON.")
    return [_as_entry(index, item) for index, item in enumerate(listed)]


def _as_entry(index: int, item: Json) -> tuple[Entry, Object]:
    item = item if isinstance(item, dict) else {}
    resource, url, request = item.get("resource"), item.get("fullUrl"), item.get("request")
    entry = Entry(
        index=index,
        url=url if isinstance(url, str) else "",
        resource=resource if isinstance(resource, dict) else {},
    )
    return entry, request if isinstance(request, dict) else {}


def _contained(name: str, source: Entry) -> Entry:
    container = source.contained_in or source
    for resource in objects(container.resource, "contained"):
        if resource.get("id") == name:
            return Entry(container.index, f"{container.address}#{name}", resource, contained_in=container)
    raise not_found(f"#{name}")


def _names(reference: str, source: Entry) -> list[str]:
    """Return what the target may be called, the most exact first."""
    restful = _RESTFUL.fullmatch(reference)
    if not restful:
        return [reference]
    base, kind, name = restful.groups()
    if base:
        return [reference, f"{base}{kind}/{name}"]
    own = _RESTFUL.fullmatch((source.contained_in or source).url)
    return [f"{own[1]}{kind}/{name}" if own and own[1] else reference, f"{kind}/{name}"]


def _short(reference: str) -> str:
    return reference if len(reference) <= 80 else reference[:79] + "…"
