"""Who acts: the user, for whom, and through which door. Every action takes one; it is never optional."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.organisation import organisation_of

Door = Literal["web", "admin", "mail", "visitor", "scheduler", "demo"]


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, or the scheduler, or a visitor who need not say who it is (`user` is None).

    `roles` are the appointments in force for the whole municipality, and `covers` those whom the user covers for today.
    """

    user: User | None
    on_behalf_of: User | None = None
    door: Door = "web"
    roles: frozenset[str] = frozenset()
    covers: tuple[User, ...] = ()

    @classmethod
    def from_request(cls, request: HttpRequest, door: Door = "web") -> "Actor":
        """Return the signed-in user as actor. The doors require sign-in before they come here."""
        assert isinstance(request.user, User)  # noqa: S101  (login_required stands before every action)
        found = organisation_of(request)
        held = (role for role in Appointment.Role.values if found.holds(request.user, role, None))
        return cls(user=request.user, door=door, roles=frozenset(held), covers=tuple(found.covered_by(request.user)))

    def acting_for(self, person: User) -> "Actor":
        """Return the same actor acting for another person; the person oneself changes nothing."""
        return self if self.user == person else replace(self, on_behalf_of=person)

    def among(self, people: Collection[int | None]) -> "Actor | None":
        """Return the actor as one of the people (user ids), or acting for one of them who is away. None: neither."""
        if self.user is None:
            return None
        if self.user.pk in people:
            return self
        return next((self.acting_for(person) for person in self.covers if person.pk in people), None)

    def signs(self, row: models.Model) -> None:
        """Let the row's history say who changed it. Call it before the row is saved; the scheduler signs as nobody."""
        row._history_user = self.user  # type: ignore[attr-defined]  # simple-history reads it

    @property
    def person(self) -> User:
        """The user, where the rule has already refused the scheduler."""
        if self.user is None:
            raise TypeError("the scheduler is no person")
        return self.user

    @property
    def user_id(self) -> int | None:
        """The user's id; None for the scheduler."""
        return self.user.pk if self.user else None

    @property
    def on_behalf_of_id(self) -> int | None:
        """The id of the person acted for."""
        return self.on_behalf_of.pk if self.on_behalf_of else None

    @property
    def label(self) -> str:
        """Name and role as they are now, for a log that outlives both."""
        if self.user is None:
            return _("En besökare") if self.door == "visitor" else _("Kanalkollen (automatiskt)")
        own = (
            f"{self.user} ({self.user.title})"
            if self.user.title and self.user.title != self.user.name
            else str(self.user)
        )
        return (
            _("%(person)s för %(absent)s") % {"person": own, "absent": self.on_behalf_of} if self.on_behalf_of else own
        )


SCHEDULER = Actor(user=None, door="scheduler")
VISITOR = Actor(user=None, door="visitor")
