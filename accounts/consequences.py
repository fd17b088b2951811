"""What follows in the apps above when the municipality's people change, by dotted string: accounts imports none of them.

`settings.KANALKOLLEN_PEOPLE_CHANGED` names functions `(actor) -> None`. They are called last in the transaction of the
act, so that what is due is true at the moment when the act is.
"""

from django.conf import settings
from django.utils.module_loading import import_string

from kommun.actor import ActorLike


def people_changed(actor: ActorLike) -> None:
    """Tell the apps above that somebody came, leaves, is away or is back, or that a role or a unit changed hands."""
    for path in settings.KANALKOLLEN_PEOPLE_CHANGED:
        import_string(path)(actor)
