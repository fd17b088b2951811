"""Who acts: the user, for whom, and through which door. Every action takes one; it is never optional."""

from dataclasses import dataclass, replace
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.organisation import organisation_of

Door = Literal["web", "mail", "admin", "api", "scheduler", "demo"]


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, or the scheduler (`user` is None). `roles` are the appointments in force for the whole municipality."""

    user: User | None
    on_behalf_of: User | None = None
    door: Door = "web"
    roles: frozenset[str] = frozenset()

    @classmethod
    def from_request(cls, request: HttpRequest, door: Door = "web") -> "Actor":
        """Return the signed-in user as actor. The doors require sign-in before they come here."""
        assert isinstance(request.user, User)  # noqa: S101  (login_required stands before every action)
        found = organisation_of(request)
        held = (role for role in Appointment.Role.values if found.acts_for(request.user, found.holders(role, None)))
        return cls(user=request.user, door=door, roles=frozenset(held))

    def acting_for(self, person: User) -> "Actor":
        """Return the same actor acting for another person; the person oneself changes nothing."""
        return self if self.user == person else replace(self, on_behalf_of=person)

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
            return _("Kanalkollen (automatiskt)")
        own = (
            f"{self.user} ({self.user.title})"
            if self.user.title and self.user.title != self.user.name
            else str(self.user)
        )
        return (
            _("%(person)s för %(absent)s") % {"person": own, "absent": self.on_behalf_of} if self.on_behalf_of else own
        )


SCHEDULER = Actor(user=None, door="scheduler")
