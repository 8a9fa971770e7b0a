"""The protocols a person may see: those shipped with Vigil, and those of the own sites; who is on them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import count

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from labs.models import Plan, Protocol
from labs.protocols.reading import LONGEST_CODE
from patients.access import is_system, visible_to
from patients.models import Site, User


@dataclass(slots=True)
class Line:
    """One protocol with its versions, the newest in use first; how many patients are on each, by its number."""

    code: str
    versions: list[Protocol] = field(default_factory=list)
    patients: dict[int, int] = field(default_factory=dict)

    @property
    def newest(self) -> Protocol:
        """The version that is offered; the newest of all when every one is retired."""
        return next((one for one in self.versions if one.retired_at is None), self.versions[0])

    @property
    def on_it(self) -> int:
        """Patients on any of its versions."""
        return sum(self.patients.values())

    @property
    def is_retired(self) -> bool:
        """Whether no version of it is offered any more."""
        return self.newest.retired_at is not None


def protocols_visible_to(user: User) -> QuerySet[Protocol]:
    """Shipped protocols, those of the person's sites, and those on which a patient is whom the person may see."""
    protocols = Protocol.objects.select_related("site", "derived_from", "made_by")
    if is_system(user):
        return protocols
    followed = Plan.objects.filter(visible_to(user, "patient__"), protocol=OuterRef("pk"))
    return protocols.filter(Q(site=None) | Q(site__in=user.sites.values("pk")) | Exists(followed))


def protocol_lines(user: User) -> list[Line]:
    """Every protocol this person may see, by disease and code. Two queries."""
    patients = patients_on(user)
    lines: dict[str, Line] = {}
    for protocol in protocols_visible_to(user).order_by("disease", "code", "-version"):
        line = lines.setdefault(protocol.code, Line(protocol.code))
        line.versions.append(protocol)
        line.patients[protocol.pk] = patients.get(protocol.pk, 0)
    return list(lines.values())


def patients_on(user: User, protocols: Iterable[Protocol] | None = None) -> dict[int, int]:
    """How many patients this person may see are on each protocol version, by its number."""
    plans = Plan.objects.filter(visible_to(user, "patient__"), ended_on=None, patient__deceased_on=None)
    if protocols is not None:
        plans = plans.filter(protocol__in=[one.pk for one in protocols])
    counted = plans.values("protocol").annotate(patients=Count("patient", distinct=True))
    return {row["protocol"]: row["patients"] for row in counted.values("protocol", "patients")}


def visible_protocol(*, user: User, code: str, version: int) -> Protocol:
    """One version. Raises `Protocol.DoesNotExist` when there is none this person may see."""
    return protocols_visible_to(user).get(code=code, version=version)


def versions_of(protocol: Protocol) -> list[Protocol]:
    """All versions of the same code, the newest first."""
    found = Protocol.objects.filter(code=protocol.code).select_related("made_by", "site", "derived_from")
    return list(found.order_by("-version"))


def original_of(protocol: Protocol) -> Protocol:
    """What a protocol goes back to; itself when it was derived from none."""
    return protocol.derived_from or protocol


def own_code(*, site: Site, source: Protocol) -> str:
    """The code under which a site keeps what it derives from a protocol, such as "mm-maintenance-north"."""
    if source.site_id == site.pk:
        return source.code
    own = Protocol.objects.filter(site=site, derived_from__code=original_of(source).code).order_by("-pk").first()
    if own is not None:
        return own.code
    stem = original_of(source).code
    ending = re.sub(r"[^a-z0-9]+", "-", site.code.lower()).strip("-") or "site"
    for number in count(1):
        end = ending if number == 1 else f"{ending}-{number}"
        code = f"{stem[: max(1, LONGEST_CODE - len(end) - 1)].strip('-')}-{end}"[:LONGEST_CODE].strip("-")
        if not Protocol.objects.filter(code=code).exclude(site=site).exists():
            return code
    raise AssertionError("count() never ends")


def newest_version(code: str) -> Protocol | None:
    """The newest version under a code, retired or not."""
    return Protocol.objects.filter(code=code).select_related("made_by", "site").order_by("-version").first()


@dataclass(frozen=True, slots=True)
class Offered:
    """The newest version in use of each protocol that patients of some sites can be put on.

    newest    by site (None: for all) and code
    in_place  what a site follows in the place of a protocol for all, by site and the code of that one
    """

    newest: dict[tuple[int | None, str], Protocol]
    in_place: dict[tuple[int, str], Protocol]

    def at(self, site_id: int, code: str) -> Protocol | None:
        """What is offered at a site where a shipped protocol fits: the site's own in its place, if there is one."""
        return self.in_place.get((site_id, code)) or self.newest.get((None, code))

    def for_site(self, site_id: int) -> list[Protocol]:
        """Everything a patient of a site can be put on."""
        return [protocol for (site, _code), protocol in self.newest.items() if site in (None, site_id)]


def offered_protocols(site_ids: Collection[int]) -> Offered:
    """What is offered to patients of these sites. Retired versions are left out. One query."""
    protocols = Protocol.objects.filter(Q(site=None) | Q(site__in=site_ids), retired_at=None)
    offered = Offered({}, {})
    for protocol in protocols.select_related("derived_from").order_by("version", "pk"):
        offered.newest[protocol.site_id, protocol.code] = protocol
    for (site_id, _code), protocol in sorted(offered.newest.items(), key=lambda item: item[1].pk):
        if site_id is not None and protocol.derived_from is not None:
            offered.in_place[site_id, protocol.derived_from.code] = protocol
    return offered


def by_disease(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """The lines under their disease."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.newest.disease].append(line)
    return dict(found)
