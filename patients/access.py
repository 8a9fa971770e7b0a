"""Who may do what. `check_can_x()` raises `AccessRefused` with the reason; `can_x()` answers yes or no.

A person sees a patient of one of their sites, or one whose care team they belong to. Vigil's own account, which acts
for jobs and the command line, sees every patient. Default is no.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from patients.models import Patient, Role, Site, User

SYSTEM_USERNAME = "vigil"
"""The one account that works for all sites; `patients.actions.system_account` makes it, nobody can sign in with it."""

READERS = frozenset({Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR})
CLINICIANS = frozenset({Role.NURSE, Role.PHYSICIAN})
DECIDERS = frozenset({Role.PHYSICIAN, Role.ADMINISTRATOR})
ECONOMISTS = frozenset({Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR})
IMPORTERS = frozenset({Role.ADMINISTRATOR, Role.SERVICE})


class AccessRefused(PermissionDenied):
    """The person may not do this; the message says why in words they can act on."""


def patients_visible_to(user: User) -> QuerySet[Patient]:
    """The patients this person may see, as a queryset to narrow further."""
    if not user.is_active or user.role not in READERS | {Role.SERVICE}:
        return Patient.objects.none()
    return Patient.objects.filter(visible_to(user))


def visible_to(user: User, path: str = "") -> Q:
    """The condition "this person may see the patient", for a model that reaches it by `path` (`"patient__"`)."""
    if is_system(user):
        return ~Q(pk__in=[])  # true of every row, also where it stands in an "or", from which an empty Q() would vanish
    if user.pk is None or not user.is_active:
        return Q(pk__in=[])
    site = Q(**{f"{path}site__in": user.sites.values("pk")})
    if user.role not in CLINICIANS:
        return site
    team = Q()
    for post in ("physician", "nurse", "cover"):
        team |= Q(**{f"{path}care_team__{post}": user.pk})
    return site | team


def senders_for(user: User) -> QuerySet[User]:
    """Whose messages about nobody known concern this person: those who send for one of their sites, or for all.

    An account without sites sends for nobody in particular; what it sent must be seen by somebody all the same.
    """
    everywhere = Q(username=SYSTEM_USERNAME, role=Role.SERVICE) | Q(sites=None)
    return User.objects.filter(everywhere | Q(sites__in=user.sites.values("pk")))


def is_system(user: User) -> bool:
    """Whether this is the account of Vigil itself."""
    return user.role == Role.SERVICE and user.username == SYSTEM_USERNAME


def check_can_work_at(user: User, site: Site) -> None:
    """Raise unless this person works for this site."""
    if not is_system(user) and not user.sites.filter(pk=site.pk).exists():
        raise AccessRefused(_("You do not work for %(site)s. Ask an administrator for access.") % {"site": site.name})


def check_can_register(user: User, site: Site) -> None:
    """Raise unless this person may register patients at this site."""
    _check_role(user, CLINICIANS | IMPORTERS, _("Only nurses, physicians and administrators register patients."))
    check_can_work_at(user, site)


def check_can_see_patient(user: User, patient: Patient) -> None:
    """Raise unless this person may open this patient's record."""
    if not patients_visible_to(user).filter(pk=patient.pk).exists():
        raise AccessRefused(
            _("This patient belongs to %(site)s, and you are not in the care team. Ask an administrator for access.")
            % {"site": patient.site.name}
        )


def check_can_describe(user: User, patient: Patient) -> None:
    """Raise unless this person may correct this patient's particulars, diagnosis and care team."""
    _check_role(
        user, CLINICIANS | IMPORTERS, _("Only nurses, physicians and administrators change a patient's particulars.")
    )
    check_can_see_patient(user, patient)


def check_can_start_plans(user: User) -> None:
    """Raise unless this person may put patients on plans (which patients, `check_can_describe` says)."""
    _check_role(user, CLINICIANS | IMPORTERS, _("Only nurses, physicians and administrators start plans."))


def check_can_record(user: User, patient: Patient) -> None:
    """Raise unless this person may record treatment, symptoms and results of this patient."""
    _check_role(user, CLINICIANS | {Role.SERVICE}, _("Only nurses and physicians record clinical data."))
    check_can_see_patient(user, patient)


def check_can_book(user: User, patient: Patient) -> None:
    """Raise unless this person may book or skip tests of this patient."""
    _check_role(user, CLINICIANS, _("Only nurses and physicians book or skip tests."))
    check_can_see_patient(user, patient)


def check_can_follow_calendar(user: User, site: Site) -> None:
    """Raise unless this person may see who comes to this site on which day."""
    _check_role(
        user,
        CLINICIANS | {Role.ADMINISTRATOR},
        _("Only nurses, physicians and administrators see the calendar of a site."),
    )
    check_can_work_at(user, site)


def check_can_plan(user: User, patient: Patient) -> None:
    """Raise unless this person may pause, end or change plans of this patient, and add or move tests."""
    _check_role(user, CLINICIANS, _("Only nurses and physicians change plans."))
    check_can_see_patient(user, patient)


def check_can_write_to(user: User, patient: Patient) -> None:
    """Raise unless this person may send letters and messages to this patient."""
    _check_role(user, CLINICIANS, _("Only nurses and physicians send letters."))
    check_can_see_patient(user, patient)


def check_can_call_stable(user: User, patient: Patient) -> None:
    """Raise unless this person may tell this patient that the results are stable."""
    _check_role(user, {Role.PHYSICIAN}, _("Only physicians tell patients that their results are stable."))
    check_can_see_patient(user, patient)


def check_can_word(user: User, site: Site) -> None:
    """Raise unless this person may change the wording of this site's letters."""
    _check_role(user, {Role.ADMINISTRATOR}, _("Only administrators change the wording of letters."))
    check_can_work_at(user, site)


def reviews(user: User) -> bool:
    """Whether this person may acknowledge or resolve flags of the patients they see."""
    return user.role == Role.PHYSICIAN


def check_can_review(user: User, patient: Patient) -> None:
    """Raise unless this person may acknowledge or resolve flags of this patient."""
    _check_role(user, {Role.PHYSICIAN}, _("Only physicians review signals."))
    check_can_see_patient(user, patient)


def check_can_judge(user: User, patient: Patient) -> None:
    """Raise unless this person may say of this patient's results and disease what the rules then go by."""
    _check_role(
        user,
        {Role.PHYSICIAN},
        _("Only physicians mark results as spurious, start comparisons anew and record remissions and relapses."),
    )
    check_can_see_patient(user, patient)


def check_can_attest(user: User, patient: Patient) -> None:
    """Raise unless this person may state findings of this patient that are a physician's judgement."""
    _check_role(user, {Role.PHYSICIAN}, _("Only physicians state this finding. Ask the physician of the care team."))
    check_can_see_patient(user, patient)


def check_can_bridge(user: User, site: Site) -> None:
    """Raise unless this person may declare or confirm that two assays are interchangeable at this site."""
    _check_role(
        user, {Role.PHYSICIAN, Role.ADMINISTRATOR}, _("Only physicians and administrators declare assays equal.")
    )
    check_can_work_at(user, site)


def check_can_import(user: User) -> None:
    """Raise unless this person may bring files in."""
    _check_role(user, IMPORTERS, _("Only administrators and service accounts import files."))


def check_can_mend(user: User) -> None:
    """Raise unless this person may look after what came in and could not be used."""
    _check_role(
        user,
        CLINICIANS | {Role.ADMINISTRATOR},
        _("Only nurses, physicians and administrators look after what could not be used."),
    )


def check_can_export(user: User) -> None:
    """Raise unless this person may take data out."""
    _check_role(user, {Role.ADMINISTRATOR}, _("Only administrators export data."))


def check_can_have_inbox(user: User) -> None:
    """Raise unless this person answers signals, and so has an inbox of them."""
    _check_role(user, {Role.PHYSICIAN}, _("Only physicians have an inbox of signals."))


def check_can_take_worklist(user: User) -> None:
    """Raise unless this person may take the worklist of their own patients out as a file."""
    _check_role(user, CLINICIANS, _("Only nurses and physicians take the worklist out."))


def check_can_read_alert_economy(user: User) -> None:
    """Raise unless this person may read what signals came to and what they cost: figures, of their own sites."""
    _check_role(
        user,
        ECONOMISTS,
        _("Only physicians, administrators and auditors read what signals came to and what they cost."),
    )


def check_can_propose_criteria(user: User, site: Site) -> None:
    """Raise unless this person may propose which criteria this site follows."""
    _check_role(user, DECIDERS, _("Only physicians and administrators decide which criteria a site follows."))
    check_can_work_at(user, site)


def check_can_approve_criteria(user: User, site: Site, proposed_by: User) -> None:
    """Raise unless this person may approve what another proposed for this site."""
    check_can_propose_criteria(user, site)
    if user.pk == proposed_by.pk:
        raise AccessRefused(_("You proposed this change. Another physician or administrator of the site approves it."))


def check_can_write_protocols(user: User, site: Site) -> None:
    """Raise unless this person may derive, load and retire this site's own protocols."""
    _check_role(user, DECIDERS, _("Only physicians and administrators write protocols of a site."))
    check_can_work_at(user, site)


def check_can_set_days_off(user: User, site: Site) -> None:
    """Raise unless this person may say on which days this site sees no patients."""
    _check_role(user, {Role.NURSE, Role.ADMINISTRATOR}, _("Only nurses and administrators say when a site is closed."))
    check_can_work_at(user, site)


def check_can_set_follow_up(user: User, site: Site) -> None:
    """Raise unless this person may change what this site decided about follow-up."""
    _check_role(user, {Role.ADMINISTRATOR}, _("Only administrators change the follow-up settings of a site."))
    check_can_work_at(user, site)


def check_can_record_absence(user: User, absent: User) -> None:
    """Raise unless this person may say when `absent` is away: themselves, or who leads a site where both work."""
    _check_self_or_lead(user, absent, _("Only physicians and administrators say when a colleague is away."))


def check_can_hand_over(user: User, leaving: User) -> None:
    """Raise unless this person may give away all that `leaving` answers for: themselves, or who leads a site where both
    work, or any site where it is a closed account. Of which patients, `check_can_describe` says."""
    _check_role(user, CLINICIANS | DECIDERS, _("Only nurses, physicians and administrators hand patients over."))
    reason = _("Only physicians and administrators hand over the patients of a colleague.")
    if leaving.is_active:
        _check_self_or_lead(user, leaving, reason)
    else:
        _check_role(user, DECIDERS, reason)


def check_can_set_up_review(user: User, site: Site) -> None:
    """Raise unless this person may decide how this site answers signals."""
    _check_role(user, DECIDERS, _("Only physicians and administrators decide how a site answers signals."))
    check_can_work_at(user, site)


def check_can_be_told(user: User) -> None:
    """Raise unless this person may say where they are told of what waits for them."""
    _check_role(user, READERS, _("A service account is not told of anything."))


def check_can_set_up_notifications(user: User, site: Site) -> None:
    """Raise unless this person may decide how this site tells its people, and send again what failed."""
    _check_role(user, {Role.ADMINISTRATOR}, _("Only administrators decide how a site tells its people."))
    check_can_work_at(user, site)


def can_see_patient(user: User, patient: Patient) -> bool:
    """Whether this person may open this patient's record."""
    return _allowed(check_can_see_patient, user, patient)


def can_register(user: User, site: Site) -> bool:
    """Whether this person may register patients at this site."""
    return _allowed(check_can_register, user, site)


def can_describe(user: User, patient: Patient) -> bool:
    """Whether this person may correct this patient's particulars, diagnosis and care team."""
    return _allowed(check_can_describe, user, patient)


def can_start_plans(user: User) -> bool:
    """Whether this person may put patients on plans."""
    return _allowed(check_can_start_plans, user)


def can_record(user: User, patient: Patient) -> bool:
    """Whether this person may record treatment, symptoms and results of this patient."""
    return _allowed(check_can_record, user, patient)


def can_book(user: User, patient: Patient) -> bool:
    """Whether this person may book or skip tests of this patient."""
    return _allowed(check_can_book, user, patient)


def can_follow_calendar(user: User, site: Site) -> bool:
    """Whether this person may see who comes to this site on which day."""
    return _allowed(check_can_follow_calendar, user, site)


def can_plan(user: User, patient: Patient) -> bool:
    """Whether this person may pause, end or change plans of this patient, and add or move tests."""
    return _allowed(check_can_plan, user, patient)


def can_write_to(user: User, patient: Patient) -> bool:
    """Whether this person may send letters and messages to this patient."""
    return _allowed(check_can_write_to, user, patient)


def can_call_stable(user: User, patient: Patient) -> bool:
    """Whether this person may tell this patient that the results are stable."""
    return _allowed(check_can_call_stable, user, patient)


def can_word(user: User, site: Site) -> bool:
    """Whether this person may change the wording of this site's letters."""
    return _allowed(check_can_word, user, site)


def can_review(user: User, patient: Patient) -> bool:
    """Whether this person may acknowledge or resolve flags of this patient."""
    return _allowed(check_can_review, user, patient)


def can_judge(user: User, patient: Patient) -> bool:
    """Whether this person may say of this patient's results and disease what the rules then go by."""
    return _allowed(check_can_judge, user, patient)


def can_attest(user: User, patient: Patient) -> bool:
    """Whether this person may state findings of this patient that are a physician's judgement."""
    return _allowed(check_can_attest, user, patient)


def can_bridge(user: User, site: Site) -> bool:
    """Whether this person may declare or confirm that two assays are interchangeable at this site."""
    return _allowed(check_can_bridge, user, site)


def can_import(user: User) -> bool:
    """Whether this person may bring files in."""
    return _allowed(check_can_import, user)


def can_mend(user: User) -> bool:
    """Whether this person may look after what came in and could not be used."""
    return _allowed(check_can_mend, user)


def can_export(user: User) -> bool:
    """Whether this person may take data out."""
    return _allowed(check_can_export, user)


def can_have_inbox(user: User) -> bool:
    """Whether this person has an inbox of signals."""
    return _allowed(check_can_have_inbox, user)


def can_take_worklist(user: User) -> bool:
    """Whether this person may take the worklist of their own patients out as a file."""
    return _allowed(check_can_take_worklist, user)


def can_read_alert_economy(user: User) -> bool:
    """Whether this person may read what signals came to and what they cost."""
    return _allowed(check_can_read_alert_economy, user)


def can_propose_criteria(user: User, site: Site) -> bool:
    """Whether this person may propose which criteria this site follows."""
    return _allowed(check_can_propose_criteria, user, site)


def can_approve_criteria(user: User, site: Site, proposed_by: User) -> bool:
    """Whether this person may approve what another proposed for this site."""
    return _allowed(check_can_approve_criteria, user, site, proposed_by)


def can_write_protocols(user: User, site: Site) -> bool:
    """Whether this person may derive, load and retire this site's own protocols."""
    return _allowed(check_can_write_protocols, user, site)


def can_set_days_off(user: User, site: Site) -> bool:
    """Whether this person may say on which days this site sees no patients."""
    return _allowed(check_can_set_days_off, user, site)


def can_set_follow_up(user: User, site: Site) -> bool:
    """Whether this person may change what this site decided about follow-up."""
    return _allowed(check_can_set_follow_up, user, site)


def can_record_absence(user: User, absent: User) -> bool:
    """Whether this person may say when `absent` is away."""
    return _allowed(check_can_record_absence, user, absent)


def can_set_up_review(user: User, site: Site) -> bool:
    """Whether this person may decide how this site answers signals."""
    return _allowed(check_can_set_up_review, user, site)


def can_hand_over(user: User, leaving: User) -> bool:
    """Whether this person may give away all that `leaving` answers for."""
    return _allowed(check_can_hand_over, user, leaving)


def can_be_told(user: User) -> bool:
    """Whether this person may say where they are told of what waits for them."""
    return _allowed(check_can_be_told, user)


def can_set_up_notifications(user: User, site: Site) -> bool:
    """Whether this person may decide how this site tells its people."""
    return _allowed(check_can_set_up_notifications, user, site)


def _check_self_or_lead(user: User, person: User, reason: str) -> None:
    if user.pk == person.pk and user.is_active:
        return
    _check_role(user, DECIDERS, reason)
    if not user.sites.filter(pk__in=person.sites.values("pk")).exists():
        raise AccessRefused(_("You and %(name)s work at no site together.") % {"name": person})


def _check_role(user: User, roles: frozenset[Role] | set[Role], reason: str) -> None:
    if not user.is_active:
        raise AccessRefused(_("This account is not active."))
    if user.role not in roles:
        raise AccessRefused(reason)


def _allowed(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)  # type: ignore[operator]
    except AccessRefused:
        return False
    return True
