"""What the kernel needs to know of whoever acts. `accounts.actor.Actor` fulfils it."""

from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string


class ActorLike(Protocol):
    """Somebody, or the scheduler, who changes a state."""

    @property
    def user_id(self) -> int | None:
        """The user who acts; None for the scheduler."""

    @property
    def on_behalf_of_id(self) -> int | None:
        """The user whose duty it is, when a substitute acts."""

    @property
    def label(self) -> str:
        """Name or role to show in the log, as it is at the time of the act, "X för Y" for a substitute."""

    @property
    def door(self) -> str:
        """How the act came in: web, admin, scheduler, command or demo."""


def actor_of(request: HttpRequest, door: str = "web") -> ActorLike:
    """Return whoever is signed in as actor. The class is named in the settings, because people are a layer above."""
    kind: Any = import_string(settings.KANALKOLLEN_ACTOR)
    actor: ActorLike = kind.from_request(request, door)
    return actor
