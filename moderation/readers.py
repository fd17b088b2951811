"""Who reads a case and its evidence. Decided once: pages, files, lists and search agree (`reach` is the same in SQL).

Those who handle it, communications staff, the registrars, and whom the policy sends evidence to (Sunne: three roles); of
what may be a crime the security coordinator; and whoever the clock has asked, for as long as the answer is waited for.
Never somebody with a conflict of interest in it. A system administrator reads nothing by that role.
"""

from accounts.models import Appointment, User
from accounts.organisation import ROLES, Organisation
from channels.queries import channel_scope
from kommun import policy
from kommun.policy import keys
from moderation import standing
from moderation.models import Case
from moderation.rules import STEERS, who_handles

R = Appointment.Role
READS_ALL = (*STEERS, R.REGISTRAR)


def may_read(user: User, organisation: Organisation, case: Case) -> bool:
    """Return whether the person may read the case and its evidence today. Never with a conflict of interest in it."""
    if user.pk in standing.barred_from(case):
        return False
    if who_handles(case) & {person.pk for person in organisation.acts_as(user)}:
        return True
    if any(organisation.holds(user, role, case.channel.unit) for role in READS_ALL):
        return True
    if case.is_crime and organisation.holds(user, R.SECURITY_COORDINATOR, case.channel.unit):
        return True
    return bool(standing.asked_in(case) & {person.pk for person in organisation.acts_as(user)})


def may_read_subject(user: User, organisation: Organisation, subject_id: str) -> bool:
    """As `may_read`, by the id that a record keeps."""
    rows = Case.objects.select_related("channel__unit", "assigned_unit")
    rows = rows.prefetch_related("channel__administrator_rows", "conflicts")
    case = rows.filter(pk=subject_id).first()
    return case is not None and may_read(user, organisation, case)


def recipients(case: Case, organisation: Organisation) -> list[User]:
    """Return those to be told that the evidence is there, whoever covers for somebody away (rule removal.evidence)."""
    rule = policy.rule(keys.EVIDENCE, channel_scope(case.channel), version=case.policy_version_id)
    unit = case.assigned_unit or case.channel.unit
    found = []
    for role in rule.value.recipients if rule else ():
        known = "nearest_manager" if role in ("subject_manager", "subject_expert") else role
        if known in ("owner", "deputy"):
            asked = case.channel.owner if known == "owner" else case.channel.deputy
            found.append(organisation.who_covers(asked).person if asked else None)
        else:
            found.append(organisation.responsible_for(known, unit).assignee)
    barred = standing.barred_from(case)
    return [person for person in dict.fromkeys(found) if person is not None and person.pk not in barred]


def police(case: Case) -> set[str]:
    """Return the roles that the rule on police reports names, with communications (removal.police_report)."""
    rule = policy.rule(keys.POLICE_REPORT, channel_scope(case.channel), version=case.policy_version_id)
    named: set[str] = {*rule.value.contact, *rule.value.reported_by} if rule else set()
    return ({*named, R.SECURITY_COORDINATOR, R.STRATEGIST}) & ROLES


def police_people(case: Case) -> list[User | None]:
    """Return those of the channel whom the rule on police reports names: the owner, the deputy. Where it names nobody, both.

    Somebody has to make the report, and they have the evidence already.
    """
    rule = policy.rule(keys.POLICE_REPORT, channel_scope(case.channel), version=case.policy_version_id)
    named = {*rule.value.contact, *rule.value.reported_by} if rule else set()
    people = {"owner": case.channel.owner, "deputy": case.channel.deputy}
    return [person for role, person in people.items() if role in named or not named]
