"""When the policy itself is to be looked over. The start page and the rulebook show it; a scheduler may ask too."""

from dataclasses import dataclass
from datetime import date

from kommun.models import PolicyVersion
from kommun.policy import keys
from kommun.policy.lookup import compile_version, in_force

# Where the policy does not say: a review of a steering document takes a quarter of a year.
DAYS_BEFORE = 90


@dataclass(frozen=True)
class ReviewDue:
    """The version in force that is to be reviewed, by when, and who answers for it."""

    version: PolicyVersion
    review_on: date
    days_left: int
    owner: str

    @property
    def passed(self) -> bool:
        """Return True when the day has been."""
        return self.days_left < 0


def policy_review_due(today: date) -> ReviewDue | None:
    """Return the review that is near or has passed, or None. Near: the policy's own earliest reminder (kind 32).

    Asks only which version is in force, so a page or a sweep may call it every time.
    """
    version = in_force(today)
    if version is None or version.review_on is None:
        return None
    policy = compile_version(version)
    rule = policy.rule(keys.POLICY_LIFECYCLE)
    earliest = max(rule.value.remind_days_before, default=DAYS_BEFORE) if rule else DAYS_BEFORE
    days_left = (version.review_on - today).days
    if days_left > earliest:
        return None
    return ReviewDue(version, version.review_on, days_left, policy.owner)
