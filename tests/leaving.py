"""Somebody of the cast who leaves: the day is said, and what the person holds is handed over, as the page does it."""

from datetime import date, timedelta

from django.utils import timezone

from accounts import leaving as accounts
from accounts.actor import Actor
from channels.actions import leaving
from channels.actions.publishing import open_channel
from channels.holdings import holdings_of, version_of
from channels.models import Obligation
from tests.applications import answer_all, make_application, submit

TODAY = date(2026, 11, 20)  # a Friday
LAST = date(2026, 11, 30)  # a Monday
AFTER = LAST + timedelta(days=1)


def open_account(cast):
    """A channel owned by `cast.owner`, deputised by `cast.deputy`; both and the manager can administer the account."""
    decided = answer_all(submit(make_application(cast))).channel
    return open_channel(channel_id=decided.pk, address="facebook.com/EkhultsBibliotek", actor=Actor(cast.owner))


def say(person, day=LAST, actor=None):
    return accounts.set_last_day(user_id=person.pk, day=day, actor=actor or Actor(person))


def held(person):
    person.refresh_from_db()
    return holdings_of(person, timezone.localdate())


def hand_over(person, successor, actor=None, version=None, **others):
    """Hand over to the successor everything but what `others` says, by kind; None is nobody."""
    rows = held(person)
    who = {one.key: getattr(others.get(one.what, successor), "pk", None) for one in rows}
    return leaving.hand_over(
        user_id=person.pk, successors=who, version=version or version_of(person, rows), actor=actor or Actor(person)
    )


def open_rows(kind, subject):
    return Obligation.objects.open().filter(kind=kind).about(subject)
