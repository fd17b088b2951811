"""The case and the one clock: which obligation a case has, when it is due, and its place in the queue.

Nothing here counts down by itself: `channels.clock` has the obligations, tells people in turn and writes the misses.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.actor import Actor
from channels import clock
from channels.clock import Due, Kind, Pace, Stage
from channels.models import Obligation
from channels.queries import channel_scope
from kommun.policy import Rule, Scope
from moderation import categories
from moderation.categories import Allowed, Limit
from moderation.models import Case, Tip

REMOVE, ANSWER, FOLLOW, READ_TIP = "remove", "answer", "follow_up", "read_tip"
S = Case.Status

# Somebody may be hurt while this waits, so the clock goes by hours, on Sundays too. Owner → deputy → strategist → manager.
REMOVAL = Pace(
    dated=(
        Stage("holder", "opened", hours=0),
        Stage("deputy", "due", hours=-24),
        Stage("strategist", "due", hours=-6),
        Stage("manager", "due", hours=0, missed=True),
        Stage("strategist", "due", days=1),
    ),
    undated=(
        Stage("holder", "opened", hours=0),
        Stage("deputy", "opened", hours=24),
        Stage("strategist", "opened", hours=48),
        Stage("manager", "opened", hours=72),
    ),
    at_once=(
        Stage("holder", "opened", waits=0),
        Stage("deputy", "opened", waits=1),
        Stage("strategist", "opened", waits=2),
        Stage("manager", "opened", waits=3),
    ),
    again=1,
)
# Somebody waits for an answer, but nobody is hurt: what is told goes out in working time after the time has run out.
REPLY = Pace(
    dated=(
        Stage("holder", "opened", hours=0),
        Stage("deputy", "due", hours=-8),
        Stage("strategist", "due", hours=0, missed=True),
        Stage("manager", "due", days=1),
    ),
    undated=(
        Stage("holder", "opened", hours=0),
        Stage("deputy", "opened", days=2),
        Stage("strategist", "opened", days=4),
        Stage("manager", "opened", days=6),
    ),
    again=5,
)

# Somebody else has the case; the owner sees to it that it is answered. The answer has its own clock.
FOLLOWING = Pace(
    dated=(Stage("holder", "due", hours=0, missed=True),),
    undated=(
        Stage("holder", "opened", days=2),
        Stage("deputy", "opened", days=5),
        Stage("strategist", "opened", days=10),
    ),
    again=10,
)

clock.register(
    Kind(REMOVE, gettext_lazy("Ta bort eller dölja"), REMOVAL),
    Kind(ANSWER, gettext_lazy("Svara på en fråga"), REPLY),
    Kind(FOLLOW, gettext_lazy("Följ upp det som skickats vidare"), FOLLOWING),
    Kind(READ_TIP, gettext_lazy("Läs ett tips"), REMOVAL),
)

OBLIGATION_OF = {Case.Kind.REPORT.value: REMOVE, Case.Kind.QUESTION.value: ANSWER}


def allowed(case: Case) -> Allowed:
    """Return how long the case may take, under its own policy version. Nothing for opinions: they may stand."""
    scope, version = channel_scope(case.channel), case.policy_version_id
    if case.kind == Case.Kind.REPORT:
        return categories.removal_time(case.category, case.category_kind, scope, version)
    if case.kind == Case.Kind.QUESTION:
        return categories.reply_time(case.channel.reply_hours, scope, version)
    return Allowed(None, None)


def limit_of(case: Case, closed: frozenset[date]) -> Limit:
    """Return by when the case is to be dealt with."""
    return allowed(case).since(case.known_at, closed)


def due_of(case: Case, limit: Limit) -> Due:
    """Return the obligation of a case whose clock goes. The label says what and where, never what was written."""
    return Due(
        kind=OBLIGATION_OF[case.kind],
        subject=case,
        label=_("%(what)s: %(channel)s") % {"what": case.title, "channel": case.channel},
        url=case.get_absolute_url(),
        channel=case.channel,
        holder=case.assigned_to or case.channel.owner,
        due_at=limit.due_at,
        opened_at=case.known_at,
        rule=limit.rule,
        at_once=_at_once(case, limit),
    )


def _at_once(case: Case, limit: Limit) -> bool:
    """Return True for what is to be done now: it has no time to be late at, and is met when it is done."""
    return limit.due_at is None and categories.is_at_once(limit.rule, case.category, case.category_kind)


def start(case: Case, actor: Actor) -> None:
    """Open the obligation that the case has now, and close one that it no longer has. The case is saved by the caller.

    A new time counts from when the municipality came to know, so choosing another category never wins any.
    """
    current = open_obligation(case)
    if not case.has_clock:
        case.due_at = None
        if current:
            clock.lapse(current.kind, case, actor, channel=case.channel, note=_("Ärendet gäller något annat."))
        return
    limit = limit_of(case, clock.closed_days())
    case.due_at = limit.due_at
    kind = OBLIGATION_OF[case.kind]
    if current and (current.kind, current.due_at, current.at_once) != (kind, limit.due_at, _at_once(case, limit)):
        clock.lapse(current.kind, case, actor, channel=case.channel, note=_("En annan tid gäller efter ny kategori."))
        current = None
    if current is None:
        clock.begin(due_of(case, limit), actor)


def stop(case: Case, actor: Actor, *, met: bool = True, note: str = "") -> None:
    """Close the open obligation: met by the actor, or no longer needed."""
    current = open_obligation(case)
    if current:
        close = clock.meet if met else clock.lapse
        close(current.kind, case, actor, channel=case.channel, note=note)


def hand_on(case: Case, actor: Actor) -> None:
    """Give the open obligation to whoever has the case now. The clock goes on."""
    mine = Obligation.objects.open().about(case).filter(kind__in=(REMOVE, ANSWER))
    clock.hand_on(mine, case.assigned_to or case.channel.owner, actor)


def follow(case: Case, rule: Rule, actor: Actor) -> None:
    """Let the channel's owner follow up what was sent to somebody else. No number of days is given: only age is shown."""
    label = _("Följ upp: %(what)s") % {"what": case.title}
    due = Due(FOLLOW, case, label, case.get_absolute_url(), channel=case.channel, holder=case.channel.owner, rule=rule)
    clock.begin(due, actor)


def stop_following(case: Case, actor: Actor) -> None:
    """Close the owner's follow-up, if there is one: what was sent is answered, or back."""
    clock.meet(FOLLOW, case, actor, channel=case.channel)


def open_obligation(case: Case) -> Obligation | None:
    """Return the obligation of the case that is open, if any."""
    return Obligation.objects.open().about(case).filter(kind__in=(REMOVE, ANSWER)).first()


def at_once_among(cases: Sequence[Case]) -> set[int]:
    """Return the ids of the cases that are to be dealt with at once. One question, however many; none when none could be."""
    ids = [str(case.pk) for case in cases if case.has_clock and case.due_at is None]
    if not ids:
        return set()
    rows = Obligation.objects.open().filter(subject_type=Case._meta.label_lower, subject_id__in=ids, at_once=True)
    return {int(pk) for pk in rows.values_list("subject_id", flat=True)}


def wait_for_reader(tip: Tip, version: int | None, actor: Actor) -> None:
    """Let whoever answers for the channel read a tip; without a channel it goes to communications staff.

    Nobody knows yet what the post is, so the tip is read within the time for everything else, counted from when it came
    in. "At once" has no number. Source: removal.within.
    """
    scope = channel_scope(tip.channel) if tip.channel else Scope()
    limit = categories.removal_time("", "", scope, version).since(tip.received_at, clock.closed_days())
    with override(settings.LANGUAGE_CODE):  # the sender may read another language
        place = str(tip.channel) if tip.channel else _("okänd kanal")
        label = _("Läs ett tips: %(channel)s") % {"channel": place}
    clock.begin(
        Due(
            READ_TIP,
            tip,
            label,
            url=tip.get_absolute_url(),
            channel=tip.channel,
            holder=tip.channel.owner if tip.channel else None,
            due_at=limit.due_at,
            opened_at=tip.received_at,
            rule=limit.rule,
        ),
        actor,
    )


def tip_read(tip: Tip, actor: Actor) -> None:
    """Close the wait for a reader: the case, if there is one, has a clock of its own, from the same moment."""
    clock.meet(READ_TIP, tip, actor, channel=tip.channel)


def begin_alike(alike: Mapping[str, tuple[Case, Limit]], rows: str, params: Mapping[str, Any], actor: Actor) -> int:
    """Open the obligations of new cases, in a handful of statements, and return how many. For imports.

    `alike`: what new cases of each sort are like, with the rule of their time; `rows` as `clock.begin_alike`.
    """
    dues = {mark: due_of(case, limit) for mark, (case, limit) in alike.items() if case.has_clock}
    return clock.begin_alike(dues, rows, params, actor)


def place(case: Case) -> None:
    """Put the case where it belongs in the queue. The caller saves it.

    Without a number (*skyndsamt*, at once) it stands where it would if it were due when it became known, before what has
    time left.
    """
    lane = Case.Lane
    if case.has_clock and case.due_at:
        case.lane, case.sort_at = lane.DATED, case.due_at
    elif case.has_clock:
        case.lane = lane.SOON if case.kind == Case.Kind.REPORT else lane.UNDATED
        case.sort_at = case.known_at
    elif case.status in (S.OPEN, S.PRESERVED):
        case.lane, case.sort_at = lane.UNDATED, case.known_at
    else:
        waits = case.handed_at is not None and case.receipt_at is None and _all_else_done(case)
        case.lane = lane.OTHERS if waits else lane.OURS
        case.sort_at = case.hidden_at or case.gone_at or case.known_at


def _all_else_done(case: Case) -> bool:
    """Return True when only the registrar's answer is missing before the next step."""
    if case.status == S.ASSESSED:
        return case.assessment == Case.Assessment.REMOVE and case.needs_receipt
    return False
