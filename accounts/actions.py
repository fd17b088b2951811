"""Every change to the municipality's people, one verb per function."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mailing, notices, queries, rules
from accounts.actor import Actor
from accounts.consequences import people_changed
from accounts.models import Absence, MailChoice, User
from accounts.organisation import Organisation
from kommun.actor import ActorLike
from kommun.errors import InvalidInput, NotPermitted, StateConflict
from kommun.events import record


@transaction.atomic
def register_absence(
    *, user_id: int, starts_on: date, ends_on: date, substitute_id: int | None, actor: Actor
) -> Absence:
    """Hand in absence from a day to a day, both included, and tell the substitute.

    Raises User.DoesNotExist, NotPermitted, or InvalidInput with the reasons per field: a day that has been, days that
    are taken, a substitute who is away too, or a circle of substitutes.
    """
    _one_at_a_time()
    today = timezone.localdate()
    user = User.objects.select_related("unit").get(pk=user_id)
    substitute = User.objects.select_related("unit").get(pk=substitute_id) if substitute_id else None
    absence = Absence(user=user, substitute=substitute, starts_on=starts_on, ends_on=ends_on)
    if reason := rules.why_not_register_absence(actor, user, Organisation.load(today)):
        raise NotPermitted(reason)
    organisation = Organisation.load(starts_on, max(starts_on, ends_on)).with_absence(absence)
    if errors := rules.errors_of_absence(absence, organisation, today):
        raise InvalidInput(errors)
    absence.save()
    data = {"user": user_id, "starts_on": starts_on, "ends_on": ends_on, "substitute": substitute_id}
    record("absence.registered", subject=absence, actor=actor.acting_for(user), data=data)
    notices.absence_registered(absence)
    people_changed(actor)
    return absence


@transaction.atomic
def name_substitute(*, absence_id: int, substitute_id: int | None, actor: Actor) -> Absence:
    """Choose who covers during an absence that is handed in, from today on, and tell both. None: nobody.

    Raises Absence.DoesNotExist, NotPermitted, StateConflict (taken back, or over), or InvalidInput when the person
    cannot cover on each day that is left.
    """
    _one_at_a_time()
    absence, today = _lock_absence(absence_id), timezone.localdate()
    if reason := rules.why_not_name_substitute(actor, absence, Organisation.load(today)):
        raise NotPermitted(reason)
    absence = change_substitute(
        absence_id=absence_id, substitute_id=substitute_id, actor=actor.acting_for(absence.user)
    )
    people_changed(actor)
    return absence


def change_substitute(*, absence_id: int, substitute_id: int | None, actor: Actor) -> Absence:
    """As `name_substitute`, for an act that has asked whether the actor may and sees to what follows."""
    _one_at_a_time()
    absence, today = _lock_absence(absence_id), timezone.localdate()
    if absence.withdrawn_at is not None or absence.ends_on < today:
        raise StateConflict(_("Frånvaron gäller inte längre."))
    if absence.substitute_id == substitute_id:
        return absence
    before = Absence(
        user=absence.user, substitute=absence.substitute, starts_on=absence.starts_on, ends_on=absence.ends_on
    )
    absence.substitute = User.objects.select_related("unit").get(pk=substitute_id) if substitute_id else None
    first_day = max(absence.starts_on, today)
    organisation = Organisation.load(first_day, absence.ends_on).with_absence(absence)
    if reasons := rules.why_not_substitute(absence, organisation, first_day):
        raise InvalidInput({"substitute": reasons})
    absence.save(update_fields=["substitute"])
    data = {"from": before.substitute_id, "to": substitute_id, "from_day": first_day}
    record("absence.substitute_named", subject=absence, actor=actor, data=data)
    notices.absence_withdrawn(before)
    notices.absence_registered(absence)
    return absence


def _lock_absence(absence_id: int) -> Absence:
    rows = Absence.objects.select_for_update(of=("self",))
    return rows.select_related("user__unit", "substitute").get(pk=absence_id)


@transaction.atomic
def withdraw_absence(*, absence_id: int, actor: Actor) -> Absence:
    """Take an absence back, and tell the substitute. One that has begun ends yesterday: the days that have been stay.

    Raises Absence.DoesNotExist, NotPermitted, or StateConflict when it is already taken back or over.
    """
    absence = Absence.objects.select_for_update(of=("self",)).get(pk=absence_id)
    today = timezone.localdate()
    if reason := rules.why_not_withdraw_absence(actor, absence, Organisation.load(today)):
        raise NotPermitted(reason)
    if absence.withdrawn_at is not None:
        raise StateConflict(_("Frånvaron är redan återtagen."))
    if absence.ends_on < today:
        raise StateConflict(_("Frånvaron är redan över."))
    if absence.starts_on < today:
        absence.ends_on = today - timedelta(days=1)
    else:
        absence.withdrawn_at = timezone.now()
    absence.save()
    record(
        "absence.withdrawn", subject=absence, actor=actor.acting_for(absence.user), data={"ends_on": absence.ends_on}
    )
    notices.absence_withdrawn(absence)
    people_changed(actor)
    return absence


@transaction.atomic
def add_person(
    *, email: str, name: str, title: str = "", unit_id: int | None = None, phone: str = "", actor: ActorLike
) -> User:
    """Add somebody who can sign in, and mail how to choose a password. The address counts as verified: staff wrote it.

    Raises InvalidInput when somebody has the address already.
    """
    email = email.strip().lower()
    if queries.address_is_taken(email):
        raise InvalidInput({"email": [_("Någon annan har redan den adressen.")]})
    user = User(username=email, email=email, name=name, title=title, unit_id=unit_id, phone=phone)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    record("person.added", subject=user, actor=actor, data={"unit": unit_id})
    notices.person_added(user)
    return user


@transaction.atomic
def remove_second_factor(*, user_id: int, actor: Actor) -> None:
    """Remove every factor of somebody who has lost the phone, and tell the person. Raises User.DoesNotExist."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    Authenticator.objects.filter(user=user).delete()
    record("person.factor_removed", subject=user, actor=actor)
    notices.factor_removed(user)


@transaction.atomic
def choose_mail(*, soon: bool, copies: bool, actor: Actor) -> MailChoice:
    """Choose what of that which is no duty the actor wants by mail. Choosing the same again changes nothing."""
    user = User.objects.select_for_update(of=("self",)).get(
        pk=actor.person.pk
    )  # there may be no row of the choice to lock
    choice = mailing.choice_of(user)
    if (choice.soon, choice.copies) == (soon, copies):
        return choice
    choice.soon, choice.copies = soon, copies
    actor.signs(choice)
    choice.save()
    record("mail.chosen", subject=user, actor=actor, data={"soon": soon, "copies": copies})
    return choice


@transaction.atomic
def stop_mail(*, user_id: int, part: mailing.Part) -> MailChoice:
    """End a part of somebody's mail from the signed link in it, without sign-in. Raises User.DoesNotExist. Source: RFC 8058."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    choice = mailing.choice_of(user)
    wanted = {"soon": choice.soon, "copies": choice.copies, part: False}
    return choose_mail(soon=wanted["soon"], copies=wanted["copies"], actor=Actor(user, door="mail"))


def _one_at_a_time() -> None:
    """Let nobody else hand in absence until the transaction ends.

    Two who name each other at the same moment would each see no circle. Absence is handed in a few times a day, so a
    lock on the table costs nothing; readers are not held up.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_absence IN SHARE ROW EXCLUSIVE MODE")
