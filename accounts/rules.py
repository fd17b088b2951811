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
    if organisation.manages(actor.user, person.unit) or _is_administrator(actor.user, organisation):
        return None
    return _("Bara den som är borta, personens chef eller en systemadministratör kan lämna in frånvaro.")


def why_not_withdraw_absence(actor: Actor, absence: Absence, organisation: Organisation) -> str | None:
    """Return why the actor may not take the absence back, or None."""
    if why_not_register_absence(actor, absence.user, organisation) is None:
        return None
    return _("Bara den som är borta, personens chef eller en systemadministratör kan ta tillbaka frånvaron.")


def _is_administrator(user: User, organisation: Organisation) -> bool:
    return organisation.acts_for(user, organisation.all_holders(Appointment.Role.ADMINISTRATOR))


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
    elif reasons := _why_not_substitute(absence, organisation):
        errors["substitute"] = reasons
    return errors


def _overlapping(absence: Absence, organisation: Organisation) -> list[Absence]:
    others = [row for row in organisation.absences.get(absence.user_id, []) if row is not absence]
    return [row for row in others if row.starts_on <= absence.ends_on and row.ends_on >= absence.starts_on]


def _why_not_substitute(absence: Absence, organisation: Organisation) -> list[str]:
    if absence.substitute is None:
        return []
    if absence.substitute_id == absence.user_id:
        return [_("Välj någon annan än den som är borta.")]
    periods = organisation.cover_periods(absence.user, absence.starts_on, absence.ends_on)
    return [
        _("%(days)s: %(problem)s Välj en annan ersättare eller andra dagar.")
        % {"days": days(period.first_day, period.last_day), "problem": period.cover.problem}
        for period in periods
        if period.cover.person is None
    ]
