"""What somebody typed about a channel before going to another page to change it. Kept in the person's own session."""

from typing import Any

from django.http import HttpRequest

from channels.models import Channel

KEY = "typed_about_channels"
MOST = 5


def keep_typed(request: HttpRequest, channel: Channel, **typed: Any) -> None:
    """Keep what was typed, or forget it when there is nothing."""
    kept: dict[str, Any] = dict(request.session.get(KEY) or {})
    kept.pop(str(channel.pk), None)
    if any(typed.values()):
        kept[str(channel.pk)] = typed
    request.session[KEY] = dict(list(kept.items())[-MOST:])


def typed_for(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    """Return what was typed about the channel, by field."""
    return dict((request.session.get(KEY) or {}).get(str(channel.pk)) or {})
