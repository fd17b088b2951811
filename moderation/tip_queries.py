"""Tips for screens: what waits to be read, and what became of what I told."""

from django.db.models import QuerySet

from accounts.models import User
from moderation.models import Tip
from moderation.reach import Reach, limited_tips

PAGE = 25
MINE = 5


def tips() -> QuerySet[Tip]:
    """Return every tip with what its page and the rules read."""
    rows = Tip.objects.select_related(
        "channel__platform",
        "channel__unit",
        "channel__owner",
        "channel__deputy",
        "case__channel",
        "sent_by__unit",
        "handled_by",
    )
    return rows.prefetch_related("channel__administrator_rows", "case__conflicts")


def tips_within(reach: Reach) -> QuerySet[Tip]:
    """Return the tips that a person may read, with what their pages need."""
    return limited_tips(tips(), reach)


def waiting(rows: QuerySet[Tip], after: int = 0) -> tuple[list[Tip], int | None]:
    """Return a page of those that nobody has read, the oldest first, and the last number on it when there are more."""
    found = list(rows.filter(handled_at__isnull=True, pk__gt=after).order_by("pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def told_by(user: User) -> QuerySet[Tip]:
    """Return the latest tips of a colleague, to see what came of them."""
    return tips().filter(sent_by=user).order_by("-pk")[:MINE]
