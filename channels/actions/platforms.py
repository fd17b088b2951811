"""The rows of the platforms, from the data file. What staff have changed by hand (archived, order) stays."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from channels import rules
from channels.models import Platform
from channels.platform_specs import load_platform_specs
from kommun.actor import ActorLike
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record


@transaction.atomic
def sync_platforms(*, actor: ActorLike) -> int:
    """Add the platforms of `platforms.toml` that have no row yet, and return how many. Safe to run twice."""
    have = set(Platform.objects.values_list("key", flat=True))
    new = [spec for spec in load_platform_specs() if spec.key not in have]
    for spec in new:
        row = Platform.objects.create(
            key=spec.key, name=spec.name, kind=spec.kind, archived=spec.archived, sort=spec.sort
        )
        record("platform.added", subject=row, actor=actor, data={"key": spec.key})
    return len(new)


def archive_platform(*, platform_id: int, actor: Actor) -> Platform:
    """Offer the platform for new channels no longer. The channels that are there stay, and old addresses are still known.

    Raises Platform.DoesNotExist, NotPermitted, or StateConflict when it is archived already.
    """
    return _set_archived(platform_id, archived=True, actor=actor)


def reuse_platform(*, platform_id: int, actor: Actor) -> Platform:
    """Offer an archived platform for new channels again. Raises as `archive_platform`."""
    return _set_archived(platform_id, archived=False, actor=actor)


@transaction.atomic
def _set_archived(platform_id: int, *, archived: bool, actor: Actor) -> Platform:
    platform = Platform.objects.select_for_update(of=("self",)).get(pk=platform_id)
    if reason := rules.why_not_keep_platforms(actor):
        raise NotPermitted(reason)
    if platform.archived == archived:
        raise StateConflict(_("Plattformen är redan tagen ur bruk.") if archived else _("Plattformen är redan i bruk."))
    platform.archived = archived
    actor.signs(platform)
    platform.save()
    record("platform.archived" if archived else "platform.reused", subject=platform, actor=actor)
    return platform
