"""System checks of the sign-ins: a production start refuses what belongs to the demo, and a secret that is no secret.

`manage.py migrate` runs them, so an update stops there and nothing else starts (docker-compose.yml); by hand:
`manage.py check --deploy --database default`.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import DatabaseError

from accounts.models import User

SHORTEST_SECRET = 50  # as Django's own W009, but an error: a guessed key signs anybody in
TEST_CLIENT = "testserver"  # the name by which Django's own test client asks
DEFAULT_SECRET = re.compile(r"insecure|change-?me|secret-?key|example|^(test|demo|dev)\b", re.IGNORECASE)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def check_open_modes_stay_at_home(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a mode that lets people in easily, or shows how we work, on an address that others can reach."""
    modes = {"DEBUG": settings.DEBUG, "KANALKOLLEN_DEMO": settings.DEMO, "KANALKOLLEN_TESTING": settings.TESTING}
    outside = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host) and host != TEST_CLIENT]
    return [
        Error(
            f"{mode} is on and ALLOWED_HOSTS names {', '.join(outside)}.",
            hint=f"It is for loopback alone. Unset {mode}, or set ALLOWED_HOSTS=localhost,127.0.0.1.",
            id="accounts.E001",
        )
        for mode, on in modes.items()
        if on and outside
    ]


@register(Tags.security)
def check_secret_key(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a short or well-known SECRET_KEY outside development, demo and tests."""
    if settings.DEBUG or settings.DEMO or settings.TESTING:
        return []
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_SECRET and len(set(key)) > 5 and not DEFAULT_SECRET.search(key):
        return []
    return [
        Error(
            "SECRET_KEY is short, repeats itself or looks like a default.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(64))"',
            id="accounts.E002",
        )
    ]


@register(Tags.security, Tags.database)
def check_no_demo_people(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Refuse a production start while a sign-in of the demo still works. Its password is printed in the manual."""
    if settings.DEMO or settings.TESTING or not databases:
        return []
    try:
        return demo_people_that_can_sign_in()
    except DatabaseError:
        return []  # before the first migration there is nobody


def demo_people_that_can_sign_in() -> list[CheckMessage]:
    """Return an error that counts the demo's people with a password, or nothing."""
    people = User.objects.filter(is_active=True, email__contains=f"@{settings.DEMO_MAIL_PREFIX}")
    count = people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exclude(password="").count()
    if not count:
        return []
    return [
        Error(
            f"{count} people of the demo can sign in (…@{settings.DEMO_MAIL_PREFIX}…).",
            hint="Use a database that the demo has not filled, or make these people inactive.",
            id="accounts.E003",
        )
    ]


@register(Tags.security)
def check_second_factor(**_kwargs: Any) -> list[CheckMessage]:
    """Warn when a production start lets people in with a password alone."""
    if settings.MFA_REQUIRED or settings.DEBUG or settings.DEMO or settings.TESTING:
        return []
    return [CheckWarning("MFA_REQUIRED is off: a stolen password is enough to sign in.", id="accounts.W001")]
