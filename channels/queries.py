"""What screens, exports and reports need, already limited to what the reader may see.

Whoever asks for a reader gives the organisation of the day: a page has one (`organisation_of(request)`), read once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import queries as people
from accounts.duties import Duty
from accounts.models import Appointment, Unit, User
from channels.models import Application, ApprovalStep, Channel, ChannelAddress, ChannelChange, Decision, Platform
from kommun import policy
from kommun.policy import Scope, keys
from kommun.policy.values.starting import ApprovalStep as ChainStep

READS_ALL = (
    Appointment.Role.STRATEGIST,
    Appointment.Role.IT_COMMUNICATIONS_MANAGER,
    Appointment.Role.REGISTRAR,
    Appointment.Role.ARCHIVIST,
    Appointment.Role.ADMINISTRATOR,
)
# A policy that names no chain at all still needs somebody who decides: the manager closest to the channel.
DEFAULT_CHAIN = (ChainStep(kind="approve", role="nearest_manager", group=1),)


def scope_of(unit: Unit | None, platform_kind: str = "", channel: str = "") -> Scope:
    """Return the scope to ask the policy with: the unit's department, the kind of platform, the channel."""
    return scope_along(unit.ancestors() if unit else (), platform_kind, channel)


def scope_along(line: Iterable[Unit], platform_kind: str = "", channel: str = "") -> Scope:
    """As `scope_of`, for whoever has read the unit and those above it already. Asks the database nothing."""
    department = next((above.slug for above in line if above.kind == Unit.Kind.DEPARTMENT), None)
    return Scope(department=department, platform_kind=platform_kind or None, channel=channel or None)


def channel_scope(channel: Channel) -> Scope:
    """Return the scope of a channel."""
    return scope_of(channel.unit, channel.platform.kind, channel.slug)


def applications_visible_to(user: User, organisation: people.Organisation) -> QuerySet[Application]:
    """Applications that concern the user: own, to answer, to own or deputise, or everything for those who steer the register."""
    rows = Application.objects.select_related("applicant", "applicant__unit", "policy_version", "channel")
    rows = rows.defer("policy_version__content", "policy_version__original")  # a list needs no policy text
    if organisation.holds_any(user, *READS_ALL):
        return rows.filter(Q(submitted_at__isnull=False) | Q(applicant=user))
    me = organisation.acts_as(user)  # also whoever is away today and has given the user the duties
    ids = [person.pk for person in me]
    concerned = (
        Q(steps__assignee__in=me) | Q(steps__asked__in=me) | Q(answers__owner__in=ids) | Q(answers__deputy__in=ids)
    )
    concerned |= Q(applicant__in=me)
    return rows.filter(Q(applicant=user) | (Q(submitted_at__isnull=False) & concerned)).distinct()


def steps_visible_to(user: User, organisation: people.Organisation) -> QuerySet[ApprovalStep]:
    """Return the steps of the applications that the user may see."""
    return ApprovalStep.objects.filter(application__in=applications_visible_to(user, organisation)).select_related(
        "application", "application__applicant", "application__policy_version", "assignee", "asked"
    )


def open_steps_for(user: User) -> QuerySet[ApprovalStep]:
    """Return what waits for the user's answer, oldest first."""
    return (
        ApprovalStep.objects.filter(assignee=user, status=ApprovalStep.Status.OPEN)
        .select_related("application__applicant__unit", "asked")
        .order_by("opened_at")
    )


def decisions_visible_to(user: User, organisation: people.Organisation) -> QuerySet[Decision]:
    """Decisions on the applications that the user may see."""
    return Decision.objects.filter(application__in=applications_visible_to(user, organisation)).select_related(
        "application", "policy_version"
    )


def channels_in_register() -> QuerySet[Channel]:
    """Every channel with what a list shows, in a constant number of queries. Staff see internal channels too."""
    addresses = Prefetch("addresses", queryset=ChannelAddress.objects.select_related("platform"))
    return Channel.objects.select_related(
        "platform", "unit", "owner", "owner__unit", "deputy", "deputy__unit"
    ).prefetch_related(addresses)


def channels_to_open_by(user: User, organisation: people.Organisation) -> QuerySet[Channel]:
    """Return the decided channels that wait for the user, or somebody covered for, to say that the account exists."""
    me = organisation.acts_as(user)
    mine = Q(owner__in=me) | Q(deputy__in=me) | Q(application__applicant__in=me)
    return Channel.objects.filter(mine, status=Channel.Status.DECIDED)


def changes_visible_to(user: User, organisation: people.Organisation) -> QuerySet[ChannelChange]:
    """Return the changes that concern the user: as proposer, as one who answers, or as one who keeps the register."""
    rows = ChannelChange.objects.select_related(
        "channel__unit", "channel__owner__unit", "channel__deputy__unit", "proposed_by__unit", "decided_by"
    )
    if organisation.holds_any(user, *READS_ALL):
        return rows
    me = organisation.acts_as(user)
    answers = Q(channel__owner__in=me) | Q(channel__deputy__in=me) | Q(channel__unit__manager__in=me)
    ids = [person.pk for person in me]
    return rows.filter(answers | Q(proposed_by=user) | Q(values__owner__in=ids) | Q(values__deputy__in=ids))


def pending_changes_for(user: User, organisation: people.Organisation) -> QuerySet[ChannelChange]:
    """Return the changes that the user may confirm, as `rules.why_not_confirm_change`."""
    mine = Q()
    if not organisation.holds_any(user, Appointment.Role.STRATEGIST):
        for person in organisation.acts_as(user):
            asked = Q(channel__unit__manager=person) | Q(channel__owner=person) | Q(values__owner=person.pk)
            mine |= asked & ~Q(proposed_by=person)
    return (
        ChannelChange.objects.filter(mine, status=ChannelChange.Status.PROPOSED)
        .exclude(proposed_by=user)
        .select_related("channel", "proposed_by__unit")
    )


def duties_of(user: User, first_day: date, last_day: date) -> list[Duty]:
    """Return what the user answers for in the register, and who does it during the days (settings.KANALKOLLEN_DUTIES).

    The deputy covers for the owner and the other way round. Where the other one is away too, the person's substitute does.
    """
    away = people.Organisation.load(first_day, last_day)
    duties = []
    mine = Channel.objects.exclude(status=Channel.Status.CLOSED).filter(Q(owner=user) | Q(deputy=user))
    for channel in mine.select_related("owner__unit", "deputy__unit"):
        other = channel.deputy if channel.owner == user else channel.owner
        there = other is not None and other.is_active and not away.absences.get(other.pk)
        label = _("Kanalen %(name)s") % {"name": channel}
        url = reverse("channels:channel", args=[channel.pk])
        duties.append(Duty(label, url, covered_by=other.role if other and there else ""))
    return duties


@dataclass(frozen=True)
class PreviewStep:
    """A step that the policy will ask for, with the person who would be asked today."""

    kind: str
    kind_label: str
    role_label: str
    joint: bool
    in_writing: bool
    person: User | None
    why: str


def chain_for(application: Application) -> Sequence[ChainStep]:
    """Return the steps of the policy that the application is judged under. A policy without a chain gets the default."""
    rule = policy.rule(keys.APPROVAL_CHAIN, application_scope(application), version=application.policy_version)
    return rule.value.steps if rule else DEFAULT_CHAIN


def application_unit(application: Application) -> Unit | None:
    """Return the unit that the channel would belong to, or the applicant's own while that is not answered."""
    chosen = application.answers.get("unit")
    unit = Unit.objects.filter(pk=chosen).first() if isinstance(chosen, int) else None
    return unit or application.applicant.unit


def application_scope(application: Application) -> Scope:
    """Return the scope of the application."""
    chosen = application.answers.get("platform")
    kind = (
        Platform.objects.filter(key=chosen).values_list("kind", flat=True).first() if isinstance(chosen, str) else None
    )
    return scope_of(application_unit(application), kind or "")


def preview_chain(application: Application) -> list[PreviewStep]:
    """Return who will be asked, in order, as things stand today."""
    chain, unit, today = chain_for(application), application_unit(application), timezone.localdate()
    groups = [step.group for step in chain]
    preview, organisation = [], people.Organisation.load(today)
    for step in chain:
        found = organisation.responsible_for(step.role, unit, today, {application.applicant_id})
        preview.append(
            PreviewStep(
                kind=step.kind,
                kind_label=str(ApprovalStep.Kind(step.kind).label),
                role_label=step.label or policy.role_label(step.role, version=application.policy_version),
                joint=groups.count(step.group) > 1,
                in_writing=step.written,
                person=found.assignee,
                why=found.why,
            )
        )
    return preview


def ids_of_steps_to_reassign(today: date) -> list[int]:
    """Return the open steps whose person is away or has left, or whose asked person is back again.

    Asks "whose person cannot act today?", so an outage of the scheduler loses nothing.
    """
    wrong, organisation = [], people.Organisation.load(today)
    steps = ApprovalStep.objects.filter(status=ApprovalStep.Status.OPEN).select_related("application__applicant__unit")
    for step in steps.order_by("pk"):
        unit = application_unit(step.application)
        found = organisation.responsible_for(step.role, unit, today, {step.applicant_id})
        if found.assignee is not None and found.assignee.pk != step.assignee_id:
            wrong.append(step.pk)
    return wrong
