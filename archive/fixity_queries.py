"""How the files that are kept are: what was checked when, and which are not as they were."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone

from archive.models import FixityCheck, StoredFile

R = FixityCheck.Result
SHOWN = 200


@dataclass(frozen=True)
class Report:
    """The state of all files. `oldest` is the longest time since a check, `late` how many have waited too long for one."""

    files: int
    checked: int
    same: int
    changed: int
    gone: int
    late: int
    newest: datetime | None
    oldest: datetime | None

    @property
    def damaged(self) -> int:
        """How many files are not as they were kept."""
        return self.changed + self.gone

    @property
    def never(self) -> int:
        """How many have not been checked since they were kept."""
        return self.files - self.checked


def report() -> Report:
    """Count the files by what their last check said. Two queries, whatever the size."""
    grace = timezone.now() - timedelta(days=settings.FIXITY_DAYS + 2)
    rows = (
        FixityCheck.objects.order_by()
        .values("result")
        .annotate(n=Count("pk"), newest=Max("checked_at"), oldest=Min("checked_at"))
    )
    found = {row["result"]: row for row in rows}
    count = {result: found[result]["n"] if result in found else 0 for result in R.values}
    return Report(
        files=StoredFile.objects.count(),
        checked=sum(count.values()),
        same=count[R.SAME],
        changed=count[R.CHANGED],
        gone=count[R.GONE],
        late=FixityCheck.objects.filter(checked_at__lt=grace).count(),
        newest=max((row["newest"] for row in found.values()), default=None),
        oldest=min((row["oldest"] for row in found.values()), default=None),
    )


def damaged() -> list[FixityCheck]:
    """Return the files that are not as they were kept, longest first."""
    rows = FixityCheck.objects.exclude(result=R.SAME).select_related(
        "file__uploaded_by", "file__snapshot_row__snapshot"
    )
    return list(rows.order_by("since", "pk")[:SHOWN])
