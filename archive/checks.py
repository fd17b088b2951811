"""System checks of the capture: what opens a way inward belongs to tests and the demo, and networks can be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's own name)

from archive import capturing
from archive.capture.values import Sandbox


@register(Tags.security)
def check_capture(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a way inward outside tests and demo, and values that cannot be read; warn of a browser without protection."""
    if settings.CAPTURE_INWARD and not (settings.DEMO or settings.TESTING):
        return [
            Error(
                f"CAPTURE_INWARD names {', '.join(sorted(settings.CAPTURE_INWARD))}.",
                hint="It lets captured pages reach this machine, and is for tests and the demo alone. Unset it.",
                id="archive.E001",
            )
        ]
    try:
        capturing.guard()
        wanted = capturing.sandbox()
    except ValueError as wrong:
        hint = "CAPTURE_BARRED_NETWORKS is a list like 192.0.2.0/24,2001:db8::/32. CAPTURE_SANDBOX is required or preferred."
        return [Error(f"The settings of the capture cannot be read: {wrong}", hint=hint, id="archive.E002")]
    if wanted is Sandbox.PREFERRED and not (settings.DEMO or settings.TESTING):
        text = "CAPTURE_SANDBOX is preferred: pages of strangers may be shown by a browser without its sandbox."
        return [Warning(text, hint="Allow user namespaces and set it to required.", id="archive.W001")]
    return []
