"""What somebody holds, and somebody else has to take over when the person leaves: all of it, from every corner.

`holdings_of_many` costs the same number of queries for one person as for a thousand. Writes nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.leaving import gone_from, why_not_leave_empty
from accounts.models import Absence, Appointment, Unit, UnitHandOver, User
from accounts.rules import days
from channels import clock
from channels.models import Application, ApprovalStep, Channel, ChannelAdministrator, ChannelChange, Obligation
from kommun import policy

What = Literal[
    "owner", "deputy", "administrator", "manager", "registrar", "appointment", "substitute", "obligation",
    "application", "named", "proposed", "step",
]  # fmt: skip
PENDING = (Application.Status.DRAFT, Application.Status.SUBMITTED, Application.Status.CHANGES_REQUESTED)
# These follow a role, a channel or the absence itself, wherever it goes: nobody hands them over.
FOLLOWS = (clock.APPROVAL, clock.COVER, clock.HAND_OVER, clock.REMOVE_ACCESS)


@dataclass(frozen=True)
class Holding:
    """One thing that a person holds.

    `nobody` is what leaving it to nobody would mean, in words; empty: somebody has to take it. `follows` says who gets it
    without being handed it; then there is nothing to choose. `object_id` and `part` point at the thing. `power` is set on
    what gives a right to decide: not everybody who keeps people gives that away.
    """

    what: What
    object_id: int
    label: str
    url: str = ""
    nobody: str = ""
    follows: str = ""
    part: str = ""
    power: Literal["", "role", "administrator"] = ""

    @property
    def key(self) -> str:
        """What tells it apart from everything else that the person holds."""
        return "-".join(part for part in (self.what, str(self.object_id), self.part) if part)


def holdings_of(person: User, today: date) -> list[Holding]:
    """Return everything that the person holds, as a page lists it."""
    return holdings_of_many([person], today)[person.pk]


def holdings_of_many(people: Sequence[User], today: date) -> dict[int, list[Holding]]:
    """Return what each of the people holds, by id; an empty list for who holds nothing."""
    found: dict[int, list[Holding]] = {person.pk: [] for person in people}
    by_id = {person.pk: person for person in people}
    if found:
        for source in (
            _channels,
            _accounts,
            _units,
            _appointments,
            _absences,
            _obligations,
            _applications,
            _changes,
            _steps,
        ):
            for pk, holding in source(by_id, today):
                found[pk].append(holding)
    return found


def version_of(person: User, holdings: Iterable[Holding]) -> str:
    """Return a mark of what a page shows, so that an answer to an older one is known: it was about something else."""
    said = [str(person.leaves_on), str(person.is_active), *sorted(one.key for one in holdings)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:20]


People = dict[int, User]
Found = Iterator[tuple[int, Holding]]


def _channels(people: People, today: date) -> Found:
    rows = Channel.objects.exclude(status=Channel.Status.CLOSED).filter(Q(owner__in=people) | Q(deputy__in=people))
    for row in rows.order_by("name", "pk").only("pk", "name", "owner", "deputy"):
        url = reverse("channels:channel", args=[row.pk])
        if row.owner_id in people:
            yield row.owner_id, Holding("owner", row.pk, _("Kontoansvarig för %(name)s") % {"name": row}, url)
        if row.deputy_id in people:
            label = _("Ersättare för %(name)s") % {"name": row}
            yield row.deputy_id, Holding("deputy", row.pk, label, url, nobody=_("Ingen, kanalen får sakna ersättare"))


def _accounts(people: People, today: date) -> Found:
    """Yield who can administer accounts. Where somebody is to take the access away already, nobody hands it over."""
    waiting = Obligation.objects.open().filter(
        kind=clock.REMOVE_ACCESS, subject_type=User._meta.label_lower, subject_id__in=[str(pk) for pk in people]
    )
    taken_away = {(int(subject), channel) for subject, channel in waiting.values_list("subject_id", "channel_id")}
    rows = ChannelAdministrator.objects.exclude(channel__status=Channel.Status.CLOSED).filter(user__in=people)
    for row in rows.select_related("channel").order_by("channel__name", "channel"):
        if (row.user_id, row.channel_id) not in taken_away:
            label = _("Administratör av kontot: %(name)s") % {"name": row.channel}
            url = reverse("channels:channel", args=[row.channel_id])
            nobody = _("Ingen ny administratör")
            yield row.user_id, Holding("administrator", row.channel_id, label, url, nobody=nobody)


def _units(people: People, today: date) -> Found:
    planned = UnitHandOver.objects.filter(done_at__isnull=True, leaver__in=people)
    done = set(planned.values_list("unit_id", "role", "leaver_id"))
    for unit in Unit.objects.filter(Q(manager__in=people) | Q(registrar__in=people)).order_by("name", "pk"):
        values = {"unit": unit}
        if unit.manager_id in people and (unit.pk, "manager", unit.manager_id) not in done:
            nobody = _("Ingen, chefen närmast över tar vid")
            yield (
                unit.manager_id,
                Holding("manager", unit.pk, _("Chef för %(unit)s") % values, nobody=nobody, power="role"),
            )
        if unit.registrar_id in people and (unit.pk, "registrar", unit.registrar_id) not in done:
            nobody = _("Ingen, registratorn närmast över tar vid")
            label = _("Registrator för %(unit)s") % values
            yield unit.registrar_id, Holding("registrar", unit.pk, label, nobody=nobody, power="role")


def _appointments(people: People, today: date) -> Found:
    rows = Appointment.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), user__in=people)
    for row in rows.select_related("unit"):
        day = gone_from(people[row.user_id], today)
        if row.ends_on is not None and row.ends_on < day:
            continue
        row.user = people[row.user_id]
        values = {"role": policy.role_label(row.role), "unit": row.unit}
        label = _("%(role)s för %(unit)s") % values if row.unit else str(values["role"])
        nobody = "" if why_not_leave_empty(row, day) else _("Ingen, rollen upphör")
        power: Literal["role", "administrator"] = (
            "administrator" if row.role == Appointment.Role.ADMINISTRATOR else "role"
        )
        yield row.user_id, Holding("appointment", row.pk, label, nobody=nobody, power=power)


def _absences(people: People, today: date) -> Found:
    rows = Absence.objects.filter(withdrawn_at__isnull=True, substitute__in=people, ends_on__gte=today)
    for row in rows.select_related("user", "user__unit").order_by("starts_on", "pk"):
        assert row.substitute_id is not None  # noqa: S101  (filtered above)
        if row.ends_on >= gone_from(people[row.substitute_id], today):
            label = _("Ersätter %(person)s %(days)s") % {"person": row.user, "days": days(row.starts_on, row.ends_on)}
            nobody = _("Ingen, någon annan ordnar en ersättare")
            yield row.substitute_id, Holding("substitute", row.pk, label, nobody=nobody)


def _obligations(people: People, today: date) -> Found:
    rows = Obligation.objects.open().filter(holder__in=people).exclude(kind__in=FOLLOWS).select_related("channel")
    for row in rows.order_by("due_at", "pk"):
        assert row.holder_id is not None  # noqa: S101  (filtered above)
        if row.channel is None or row.holder_id not in (row.channel.owner_id, row.channel.deputy_id):
            yield row.holder_id, Holding("obligation", row.pk, row.label, row.get_absolute_url())


def _applications(people: People, today: date) -> Found:
    """Yield own applications, and the coming channels in which the person is named. Few are pending at a time."""
    for row in (
        Application.objects.filter(status__in=PENDING).only("pk", "applicant", "status", "answers").order_by("pk")
    ):
        values = {"name": row.title}
        url = row.get_absolute_url()
        if row.applicant_id in people:
            label = _("Söker: %(name)s") % values
            yield row.applicant_id, Holding("application", row.pk, label, url, nobody=_("Ingen, ansökan tas tillbaka"))
        labels = {
            "owner": _("Föreslagen som kontoansvarig: %(name)s"),
            "deputy": _("Föreslagen som ersättare: %(name)s"),
            "administrators": _("Föreslagen som administratör: %(name)s"),
        }
        for part, label in labels.items():
            for pk in _named(row.answers.get(part)) & people.keys():
                yield pk, Holding("named", row.pk, label % values, part=part)


def _named(value: Any) -> set[int]:
    """Return the ids in an answer, which may be anything that somebody has sent."""
    values = value if isinstance(value, list) else [value]
    return {one for one in values if isinstance(one, int)}


def _changes(people: People, today: date) -> Found:
    labels = {
        "owner": _("Föreslagen som ny kontoansvarig för %(name)s"),
        "deputy": _("Föreslagen som ny ersättare för %(name)s"),
    }
    rows = ChannelChange.objects.filter(status=ChannelChange.Status.PROPOSED).select_related("channel").order_by("pk")
    for row in rows:
        for part, label in labels.items():
            for pk in _named(row.values.get(part)) & people.keys():
                yield pk, Holding("proposed", row.pk, label % {"name": row.channel}, row.get_absolute_url(), part=part)


def _steps(people: People, today: date) -> Found:
    rows = ApprovalStep.objects.filter(status=ApprovalStep.Status.OPEN, assignee__in=people)
    for row in rows.select_related("application").order_by("opened_at", "pk"):
        assert row.assignee_id is not None  # noqa: S101  (filtered above)
        label = _("Ska ta ställning till %(name)s") % {"name": row.application.title}
        follows = _("Går till den som har rollen när personen har slutat.")
        yield row.assignee_id, Holding("step", row.pk, label, row.get_absolute_url(), follows=follows)


def held_by_many(people: Sequence[User], today: date) -> dict[int, list[Holding]]:
    """As `holdings_of_many`, without what follows by itself: what keeps a person from having handed over everything."""
    found = holdings_of_many(people, today).items()
    return {pk: [one for one in holdings if not one.follows] for pk, holdings in found}
