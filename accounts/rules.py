"""Who may hand in and take back absence, and what an absence must fulfil. Pure: facts in, reasons out."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Absence, Appointment, User
from accounts.organisation import Organisation, short_day

# They see uncovered leave in the whole municipality, so that somebody can name a substitute in time.
SEES_ALL_ABSENCE = (
    Appointment.Role.STRATEGIST,
    Appointment.Role.IT_COMMUNICATIONS_MANAGER,
    Appointment.Role.ADMINISTRATOR,
)
# Longer leave is nearly always a mistyped year.
LONGEST_ABSENCE = timedelta(days=3 * 366)


def days(first: date, last: date) -> str:
    """Return "21 dec", or "21 dec–6 jan 2027" when they differ."""
    return short_day(first, first) if first == last else f"{short_day(first, last)}–{short_day(last, first)}"


def why_not_register_absence(actor: Actor, person: User, organisation: Organisation) -> str | None:
    """Return why the actor may not hand in absence for the person, or None.

    A manager may, because somebody who falls ill cannot. Source: the policies' rule that cover is secured (matrix D4).
    """
    if actor.user is None or actor.user == person:
        return None
    if organisation.manages(actor.user, person.unit) or organisation.holds_any(
        actor.user, Appointment.Role.ADMINISTRATOR
    ):
        return None
    return _("Bara den som är borta, personens chef eller en systemadministratör kan lämna in frånvaro.")


def why_not_withdraw_absence(actor: Actor, absence: Absence, organisation: Organisation) -> str | None:
    """Return why the actor may not take the absence back, or None."""
    if why_not_register_absence(actor, absence.user, organisation) is None:
        return None
    return _("Bara den som är borta, personens chef eller en systemadministratör kan ta tillbaka frånvaron.")


def why_not_name_substitute(actor: Actor, absence: Absence, organisation: Organisation) -> str | None:
    """Return why the actor may not choose who covers, or None. Also those whom the clock asks when nobody has done it."""
    if why_not_register_absence(actor, absence.user, organisation) is None:
        return None
    if actor.user is not None and organisation.holds_any(actor.user, *SEES_ALL_ABSENCE):
        return None
    return _("Ersättare väljs av den som är borta, personens chef eller kommunikationsstrategen.")


KEEPS_PEOPLE = (Appointment.Role.STRATEGIST, Appointment.Role.ADMINISTRATOR)


def why_not_keep_person(actor: Actor, person: User, organisation: Organisation) -> str | None:
    """Return why the actor may not say when the person leaves and hand over what the person holds, or None."""
    if actor.user is None:
        return _("En människa lämnar över, inte schemaläggaren.")
    if actor.user == person or organisation.manages(actor.user, person.unit):
        return None
    if organisation.holds_any(actor.user, *KEEPS_PEOPLE):
        return None
    return _("Det här görs av personen själv, personens chef, kommunikationsstrategen eller en systemadministratör.")


def why_not_last_day(day: date, today: date) -> str | None:
    """Return what is wrong with somebody's last day of service, or None."""
    if day < today:
        return _("Dagen har redan varit. Har personen redan slutat? Välj i dag.")
    if day - today > LONGEST_ABSENCE:
        return _("Dagen är mer än tre år bort. Kontrollera årtalet.")
    return None


def why_not_successor(successor: User, leaver: User, gone_from: date) -> str | None:
    """Return why somebody cannot take over from the person who is gone from a day on, or None."""
    if successor == leaver:
        return _("Välj någon annan än den som slutar.")
    if not successor.is_active:
        return _("%(person)s är inte längre aktiv. Välj någon annan.") % {"person": successor}
    if not successor.in_service(gone_from):
        assert successor.leaves_on is not None  # noqa: S101  (an active person is out of service after a last day only)
        values = {"person": successor, "day": short_day(successor.leaves_on, gone_from)}
        return _("%(person)s slutar också, sista dagen är %(day)s. Välj någon annan.") % values
    return None


def errors_of_absence(absence: Absence, organisation: Organisation, today: date) -> dict[str, list[str]]:
    """Return what is wrong with an absence, as field → reasons; nothing when it can be handed in.

    `organisation` holds the days of the absence and the absence itself (`Organisation.with_absence`). An absence
    without a substitute is allowed, since people fall ill, but a named substitute must be there on every day.
    """
    errors: dict[str, list[str]] = {}
    if absence.starts_on < today:
        errors["starts_on"] = [_("Första dagen har redan varit. Välj i dag eller en senare dag.")]
    if absence.ends_on < absence.starts_on:
        errors["ends_on"] = [_("Sista dagen måste vara samma dag som den första eller senare.")]
    elif absence.ends_on - absence.starts_on > LONGEST_ABSENCE:
        errors["ends_on"] = [_("Frånvaron är längre än tre år. Kontrollera årtalet.")]
    if errors:
        return errors
    if overlapping := _overlapping(absence, organisation):
        taken = ", ".join(days(row.starts_on, row.ends_on) for row in overlapping)
        errors["starts_on"] = [
            _("Det finns redan frånvaro %(days)s. Ta tillbaka den först, eller välj andra dagar.") % {"days": taken}
        ]
    elif reasons := why_not_substitute(absence, organisation, absence.starts_on):
        errors["substitute"] = reasons
    return errors


def _overlapping(absence: Absence, organisation: Organisation) -> list[Absence]:
    others = [row for row in organisation.absences.get(absence.user_id, []) if row is not absence]
    return [row for row in others if row.starts_on <= absence.ends_on and row.ends_on >= absence.starts_on]


def why_not_substitute(absence: Absence, organisation: Organisation, first_day: date) -> list[str]:
    """Return why the absence's substitute cannot cover on each day from `first_day` on. As `errors_of_absence`."""
    if absence.substitute is None:
        return []
    if absence.substitute_id == absence.user_id:
        return [_("Välj någon annan än den som är borta.")]
    periods = organisation.cover_periods(absence.user, first_day, absence.ends_on)
    return [
        _("%(days)s: %(problem)s Välj en annan ersättare eller andra dagar.")
        % {"days": days(period.first_day, period.last_day), "problem": period.cover.problem}
        for period in periods
        if period.cover.person is None
    ]
