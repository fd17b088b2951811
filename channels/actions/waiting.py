"""What is waited for, as obligations of the one clock: answers on applications and changes, and the review of the policy.

No policy gives a number of days for an answer, so those have no due time: they show their age, and whoever does not
answer is reminded and passed over all the same (design idea 5).
"""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import queries as people
from accounts.actor import Actor
from accounts.models import Appointment
from accounts.organisation import ROLES
from channels import clock, queries
from channels.models import ApprovalStep, ChannelChange, Obligation
from kommun import policy
from kommun.business_time import end_of
from kommun.models import PolicyVersion
from kommun.policy import Rule, keys


def wait_for_step(step: ApprovalStep, rule: Rule | None, actor: Actor) -> None:
    """Begin to wait for the step's answer; when it waits already, for the person it is pointed out to now."""
    with override(settings.LANGUAGE_CODE):
        label = _("Ta ställning till %(name)s") % {"name": step.application.title}
    clock.begin(
        clock.Due(
            clock.APPROVAL,
            step,
            label,
            url=step.get_absolute_url(),
            unit=queries.application_unit(step.application),
            holder=step.assignee,
            opened_at=step.opened_at,
            rule=rule,
        ),
        actor,
    )
    clock.hand_on(Obligation.objects.about(step).filter(kind=clock.APPROVAL), step.assignee, actor)


def step_answered(step: ApprovalStep, actor: Actor) -> None:
    """Stop waiting: the answer has come."""
    clock.meet(clock.APPROVAL, step, actor)


def step_not_needed(step: ApprovalStep, actor: Actor) -> None:
    """Stop waiting: no answer is needed any more."""
    with override(settings.LANGUAGE_CODE):
        clock.lapse(clock.APPROVAL, step, actor, note=_("Ansökan avgjordes eller togs tillbaka innan svaret kom."))


def wait_for_change(change: ChannelChange, actor: Actor) -> None:
    """Begin to wait for somebody to confirm: the manager of the unit, or the owner where the manager proposed it."""
    channel = change.channel
    manager = channel.unit.manager
    holder = channel.owner if manager is None or manager == change.proposed_by else manager
    with override(settings.LANGUAGE_CODE):
        label = _("Bekräfta en ändring av %(name)s") % {"name": channel}
    clock.begin(
        clock.Due(
            clock.CHANGE,
            change,
            label,
            url=change.get_absolute_url(),
            channel=channel,
            holder=None if holder == change.proposed_by else holder,
            opened_at=change.proposed_at,
        ),
        actor,
    )


def change_settled(change: ChannelChange, actor: Actor) -> None:
    """Stop waiting: the change is confirmed or declined, or was taken back and needs no answer."""
    if change.status == ChannelChange.Status.WITHDRAWN:
        clock.lapse(clock.CHANGE, change, actor)
    else:
        clock.meet(clock.CHANGE, change, actor)


def wait_for_policy_review(today: date, actor: Actor) -> None:
    """Begin to wait for the review of the policy in force when its day comes near, and stop when another is in force.

    Safe to run every minute. Source: rule policy.lifecycle (matrix A3).
    """
    review = policy.policy_review_due(today)
    for row in (
        Obligation.objects.open()
        .filter(kind=clock.POLICY_REVIEW)
        .exclude(subject_id=str(review.version.pk) if review else "")
    ):
        clock.meet(clock.POLICY_REVIEW, PolicyVersion.objects.get(pk=row.subject_id), actor)
    if review is None or Obligation.objects.open().about(review.version).filter(kind=clock.POLICY_REVIEW).exists():
        return
    rule = policy.rule(keys.POLICY_LIFECYCLE)
    roles = rule.value.owner_roles if rule else ()
    role = next((role for role in roles if role in ROLES), Appointment.Role.STRATEGIST)
    with override(settings.LANGUAGE_CODE):
        label = _("Se över regelverket: %(title)s") % {"title": review.version.title}
        holder = people.responsible_for(role, None, today=today).asked
    clock.begin(
        clock.Due(
            clock.POLICY_REVIEW,
            review.version,
            label,
            url=reverse("rulebook"),
            holder=holder,
            due_at=end_of(review.review_on),
            rule=rule,
        ),
        actor,
    )
