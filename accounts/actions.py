"""Every change to the municipality's people, one verb per function."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices, rules
from accounts.actor import Actor
from accounts.models import Absence, User
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
    record("absence.registered", subject=absence, actor=actor, data=data)
    notices.absence_registered(absence)
    return absence


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
    record("absence.withdrawn", subject=absence, actor=actor, data={"ends_on": absence.ends_on})
    notices.absence_withdrawn(absence)
    return absence


@transaction.atomic
def add_person(
    *, email: str, name: str, title: str = "", unit_id: int | None = None, phone: str = "", actor: ActorLike
) -> User:
    """Add somebody who can sign in, and mail how to choose a password. The address counts as verified: staff wrote it.

    Raises InvalidInput when somebody has the address already.
    """
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists() or EmailAddress.objects.filter(email__iexact=email).exists():
        raise InvalidInput({"email": [_("Någon annan har redan den adressen.")]})
    user = User(username=email, email=email, name=name, title=title, unit_id=unit_id, phone=phone)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    record("person.added", subject=user, actor=actor, data={"unit": unit_id})
    notices.person_added(user)
    return user


def _one_at_a_time() -> None:
    """Let nobody else hand in absence until the transaction ends.

    Two who name each other at the same moment would each see no circle. Absence is handed in a few times a day, so a
    lock on the table costs nothing; readers are not held up.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_absence IN SHARE ROW EXCLUSIVE MODE")
