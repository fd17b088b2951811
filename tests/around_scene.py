"""Something of everything that is done around a case, for the tests that ask who may see what."""

from datetime import timedelta

from django.utils import timezone

from channels.models import Channel
from moderation.actions import blocking, conflicts, crisis, holding, reconsidering
from moderation.actions.explaining import explain
from tests.cases import THREAT, actor_of, bring_to, open_case
from tests.factories import Cast


def around(cast: Cast, channel: Channel) -> dict[str, object]:
    """Two posts by one author under Tibro's policy, the first warned about, and what follows; values for addresses."""
    owner, manager = actor_of(cast.owner), actor_of(cast.nearest_manager)
    first = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    explain(case_id=first.pk, text="Sluta med det.", kind="warning", actor=owner)
    second = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"]), owner)
    until = timezone.localdate() + timedelta(days=30)
    block = blocking.block(case_id=second.pk, until=until, reason="Igen.", text="Till {until}.", actor=manager)
    told = explain(case_id=second.pk, text="Vi har dolt det.", actor=owner)
    asked = reconsidering.ask_by_reference(reference=told.reference, text="Det var inget hot.")
    third = open_case(channel, owner, kind="opinion", text="Ni är hopplösa.", author="En annan")
    conflict = conflicts.declare_conflict(
        case_id=third.pk, person_id=cast.owner.pk, ground="friend", actor=actor_of(cast.deputy)
    )
    hold = holding.hold_reply(case_id=third.pk, whole_channel=False, reason="Många skriver.", actor=owner)
    period = crisis.start_crisis(
        channel_id=None, reason="Vattnet.", every_hours=2, until=until, actor=actor_of(cast.strategist)
    )
    fresh_case = bring_to("assessed", open_case(channel, owner, category=THREAT["tibro"], author="En tredje"), owner)
    return {
        "removed_case": fresh_case.pk,
        "opinion_case": third.pk,
        "block": block.pk,
        "explanation": told.pk,
        "reconsideration": asked.pk,
        "reference": asked.reference,
        "conflict": conflict.pk,
        "hold": hold.pk,
        "crisis": period.pk,
        "purpose": "explanation",
        "category": THREAT["tibro"],
    }
