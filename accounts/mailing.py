"""What somebody wants by mail of that which is no duty, and the link in a mail that ends it without signing in."""

from collections.abc import Collection
from typing import Literal

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import MailChoice, User

# What can be ended. Everything else is somebody's duty, or about the person's own sign-in.
Part = Literal["soon", "copies"]
PARTS: tuple[Part, ...] = ("soon", "copies")
_signer = Signer(salt="accounts.mailing")


def choice_of(user: User) -> MailChoice:
    """Return what the person has chosen, or a new row, not saved, that says everything."""
    return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)


def without(part: Part, people: Collection[int]) -> set[int]:
    """Return those of the people (user ids) who have ended the part."""
    return set(MailChoice.objects.filter(user__in=people, **{part: False}).values_list("user_id", flat=True))


def stop_url(user_id: int, part: Part) -> str:
    """Return the whole address that ends the part for the person. Signed: it cannot be made for somebody else.

    It holds as long as the key of the installation: a mail is read when it is read. Source: RFC 8058.
    """
    return settings.SITE_URL + reverse("unsubscribe", args=[_signer.sign(f"{user_id}-{part}")])


def foot(user_id: int, part: Part) -> dict[str, object]:
    """Return what a mail's foot says about how the part is ended."""
    return {"unsubscribe": stop_url(user_id, part), "stops": part}


def read_stop(token: str) -> tuple[int, Part] | None:
    """Return (user id, part) of such an address, or None when nobody here has signed it."""
    try:
        user_id, _, part = _signer.unsign(token).partition("-")
    except BadSignature:
        return None
    return next(((int(user_id), one) for one in PARTS if one == part), None)
