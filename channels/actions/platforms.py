"""The rows of the platforms, from the data file. What staff have changed by hand (archived, order) stays."""

from django.db import transaction

from channels.models import Platform
from channels.platform_specs import load_platform_specs
from kommun.actor import ActorLike
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
