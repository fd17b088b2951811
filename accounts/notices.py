"""Messages to people, written with the act and sent after commit (`kommun.outbox`)."""

from django.utils.translation import gettext as _

from accounts.models import Absence, User
from accounts.rules import days
from kommun import outbox


def absence_registered(absence: Absence) -> None:
    """Tell the substitute which days and for whom."""
    _to_substitute(absence, _("Du ersätter %(person)s %(days)s"), "absence_registered")


def absence_withdrawn(absence: Absence) -> None:
    """Tell the substitute that it is over or not needed."""
    _to_substitute(absence, _("Du behöver inte längre ersätta %(person)s"), "absence_withdrawn")


def person_added(user: User) -> None:
    """Tell a new person how to choose a password."""
    outbox.queue(user.email, _("Du har fått en inloggning till Kanalkollen"), "mail/person_added.txt", {"person": user})


def _to_substitute(absence: Absence, subject: str, template: str) -> None:
    if absence.substitute is None:
        return
    period = days(absence.starts_on, absence.ends_on)
    outbox.queue(
        absence.substitute.email,
        subject % {"person": absence.user, "days": period},
        f"mail/{template}.txt",
        {"absence": absence, "days": period},
    )
