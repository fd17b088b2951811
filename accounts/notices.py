"""Messages to people, written with the act and sent after commit (`kommun.outbox`)."""

from typing import TYPE_CHECKING

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, User
from accounts.rules import days
from kommun import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def absence_registered(absence: Absence) -> None:
    """Tell the substitute which days and for whom."""
    _to_substitute(absence, _("Du ersätter %(person)s %(days)s"), "absence_registered")


def absence_withdrawn(absence: Absence) -> None:
    """Tell the substitute that it is over or not needed."""
    _to_substitute(absence, _("Du behöver inte längre ersätta %(person)s"), "absence_withdrawn")


def person_added(user: User) -> None:
    """Tell a new person how to choose a password."""
    outbox.queue(user.email, _("Du har fått en inloggning till Kanalkollen"), "mail/person_added.txt", {"person": user})


def last_day_changed(user: User) -> None:
    """Tell somebody the last day that another person has said, or that there is none any more."""
    subject = _("Din sista dag i Kanalkollen är ändrad")
    outbox.queue(user.email, subject, "mail/last_day_changed.txt", {"person": user})


def factor_removed(user: User) -> None:
    """Tell somebody that the second factor is gone: who did not ask for it must know."""
    outbox.queue(user.email, _("Din andra faktor är borttagen"), "mail/factor_removed.txt", {})


def _to_substitute(absence: Absence, subject: "StrPromise", template: str) -> None:
    if absence.substitute is None:
        return
    outbox.queue(
        absence.substitute.email,
        subject,
        f"mail/{template}.txt",
        {"absence": absence, "person": absence.user, "days": lazy(days, str)(absence.starts_on, absence.ends_on)},
    )
