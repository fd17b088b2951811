"""How the clock goes for each kind of obligation: who is told in turn, and when. Pure: no database, no mail.

Whoever does not answer is reminded and passed over, never waited for (design idea 5). The order is holder → deputy →
strategist → manager; a kind may leave somebody out. With a due time the stages are counted from it, and the one at the
due time itself is the miss. Without a number the stages are counted from the opening, and nothing is ever missed. What is
to be done at once has no number either; how soon the next in line is asked is the municipality's to say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from kommun.business_time import STOCKHOLM, UTC, add_working_days, last_day, swedish_day

Audience = Literal["holder", "deputy", "strategist", "manager"]
ORDER: tuple[Audience, ...] = ("holder", "deputy", "strategist", "manager")
MORNING = time(7)  # mail that can wait for a working day comes when people begin, Swedish time
# How long the next in line waits to be asked about what is to be done at once, unless the municipality says otherwise.
PATIENCE = timedelta(hours=1)
REPORT = time(15)  # when what should have been done the same day is asked for, unless the municipality says otherwise


@dataclass(frozen=True)
class Stage:
    """One time somebody is told. `hours` are clock hours; `days` working days, in the morning. Negative: before.

    `waits`: so many times the municipality's patience after the opening, for what is to be done at once.

    Counted from the opening or from the due time. `missed`: the time has run out. `report`: at the municipality's hour on
    the last day, `hours` after it, and never later than the due time.
    """

    audience: Audience
    anchor: Literal["opened", "due"]
    hours: int | None = None
    days: int | None = None
    missed: bool = False
    report: bool = False
    waits: int | None = None

    @property
    def at_once(self) -> bool:
        """Return True for what is told of in the moment when it opens."""
        return self.anchor == "opened" and 0 in (self.hours, self.waits) and not (self.report or self.missed)

    def moment(
        self,
        opened_at: datetime,
        due_at: datetime | None,
        closed: Collection[date],
        report: time = REPORT,
        patience: timedelta = PATIENCE,
    ) -> datetime:
        """Return the instant of the stage, in UTC. `report`: the municipality's hour, Swedish time; `patience`: its own too.

        What opens after its due time is missed at once, but whoever is told after that gets the days from the opening.
        """
        if self.waits is not None:
            return opened_at + self.waits * patience
        if self.report and due_at is not None:
            asked = datetime.combine(last_day(due_at), report, tzinfo=STOCKHOLM).astimezone(UTC)
            return min(asked + timedelta(hours=self.hours or 0), due_at)
        after = (self.days or self.hours or 0) > 0
        if self.anchor == "opened" or due_at is None or (after and due_at < opened_at):
            base, start = opened_at, swedish_day(opened_at)
        else:
            base, start = due_at, last_day(due_at)
        if self.days is None:
            return base + timedelta(hours=self.hours or 0)
        day = add_working_days(start, self.days, closed)
        return datetime.combine(day, MORNING, tzinfo=STOCKHOLM).astimezone(UTC)


@dataclass(frozen=True)
class Pace:
    """The stages of obligations with a due time and of those without, and after how many working days the last repeats.

    `at_once`: of those that are to be done at once; empty: as all others without a number.
    """

    dated: Sequence[Stage]
    undated: Sequence[Stage]
    again: int = 20
    at_once: Sequence[Stage] = ()

    def __post_init__(self) -> None:
        if sum(stage.missed for stage in self.dated) != 1 or any(one.missed for one in (*self.undated, *self.at_once)):
            raise ValueError("exactly one stage is the miss, and only where there is a due time")

    def stages(self, *, dated: bool, at_once: bool = False) -> Sequence[Stage]:
        """Return the stages of one sort of obligation."""
        if dated:
            return self.dated
        return self.at_once or self.undated if at_once else self.undated

    def next_after(
        self,
        stage: int,
        opened_at: datetime,
        due_at: datetime | None,
        closed: Collection[date],
        report: time = REPORT,
        patience: timedelta = PATIENCE,
        *,
        at_once: bool = False,
    ) -> tuple[int, datetime]:
        """Return (number, instant) of the first stage after number `stage` (0: none yet). Stages before the opening are left out.

        The miss never is. After the last stage it repeats for ever: what is not done is not forgotten.
        """
        stages = self.stages(dated=due_at is not None, at_once=at_once)
        for number, one in enumerate(stages[stage:], start=stage + 1):
            moment = one.moment(opened_at, due_at, closed, report, patience)
            if moment >= opened_at or one.missed:
                return number, moment
        number = max(stage, len(stages)) + 1
        last = stages[-1].moment(opened_at, due_at, closed, report, patience)
        day = add_working_days(swedish_day(last), self.again * (number - len(stages)), closed)
        return number, datetime.combine(day, MORNING, tzinfo=STOCKHOLM).astimezone(UTC)

    @property
    def begins_at_once(self) -> bool:
        """Return True when the first stage is the opening itself, whenever it is due: then `next_after` says so too."""
        return all(stages[0].at_once for stages in (self.dated, self.undated, self.at_once or self.undated))

    def stage(self, number: int, *, dated: bool, at_once: bool = False) -> Stage:
        """Return the stage with a number from `next_after`; the last one for every repetition."""
        stages = self.stages(dated=dated, at_once=at_once)
        return stages[min(number, len(stages)) - 1]

    def repeats(self, number: int, *, dated: bool, at_once: bool = False) -> bool:
        """Return True when the number is a repetition of the last stage."""
        return number > len(self.stages(dated=dated, at_once=at_once))


def _undated(*days: tuple[Audience, int]) -> tuple[Stage, ...]:
    return tuple(Stage(audience, "opened", days=number) for audience, number in days)


def _dated(*stages: tuple[Audience, int], missed: Audience) -> tuple[Stage, ...]:
    """Working days from the due day; the miss stands where 0 would."""
    before = [Stage(audience, "due", days=number) for audience, number in stages if number < 0]
    after = [Stage(audience, "due", days=number) for audience, number in stages if number > 0]
    return (*before, Stage(missed, "due", hours=0, missed=True), *after)


AT_ONCE = Stage("holder", "opened", hours=0)
# Somebody's answer is waited for, and the act that asked has already sent its own mail.
ANSWER = Pace(
    dated=_dated(("holder", -1), ("strategist", 2), ("manager", 5), missed="holder"),
    undated=_undated(("holder", 3), ("strategist", 6), ("manager", 10)),
    again=10,
)
# Work on the register that nobody outside waits for.
UPKEEP = Pace(
    dated=(AT_ONCE, *_dated(("holder", -5), ("strategist", 5), ("manager", 10), missed="deputy")),
    undated=(AT_ONCE, *_undated(("holder", 5), ("deputy", 10), ("strategist", 15), ("manager", 20))),
)
# A day that will come, whether or not anybody is ready.
BEFORE_A_DAY = Pace(
    dated=(AT_ONCE, *_dated(("holder", -2), ("strategist", 1), missed="manager")),
    undated=(AT_ONCE, *_undated(("manager", 2), ("strategist", 4))),
    again=5,
)
# A channel is looked at each day: whoever forgot is asked while there is still time, and a day that went by is told of.
LOOK = Pace(
    dated=(
        Stage("holder", "due", report=True),
        Stage("deputy", "due", hours=1, report=True),
        Stage("strategist", "due", hours=0, missed=True),
        Stage("manager", "due", days=2),
    ),
    undated=_undated(("holder", 3), ("deputy", 5), ("strategist", 8), ("manager", 12)),
    again=5,
)


@dataclass(frozen=True)
class Kind:
    """One kind of obligation: what to call it, and its pace. Apps above register theirs at start.

    `look`: to look at a channel, for whatever reason. One look at it meets every such obligation about the channel.
    """

    key: str
    title: Any
    pace: Pace
    look: bool = False


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known. Raises ValueError for a key that is taken."""
    for kind in kinds:
        if kind.key in KINDS:
            raise ValueError(f"{kind.key}: registered twice")
        KINDS[kind.key] = kind


def looks() -> list[str]:
    """Return the kinds that one look at a channel meets."""
    return [key for key, kind in KINDS.items() if kind.look]


APPROVAL, CHANGE = "approval", "change"
CONFIRM, ATTEST, COMPLETE, ACCESS_TEST = "confirm", "attest", "complete", "access_test"
COVER, HAND_OVER, REMOVE_ACCESS, POLICY_REVIEW = "cover", "hand_over", "remove_access", "policy_review"
WATCH, SILENT = "watch", "silent"

register(
    Kind(APPROVAL, _("Ta ställning till en ansökan"), ANSWER),
    Kind(CHANGE, _("Bekräfta en ändring"), ANSWER),
    Kind(CONFIRM, _("Bekräfta att uppgifterna stämmer"), UPKEEP),
    Kind(ATTEST, _("Visa det som kontot ska visa"), UPKEEP),
    Kind(COMPLETE, _("Fyll i det som saknas"), UPKEEP),
    Kind(ACCESS_TEST, _("Prova inloggningen"), UPKEEP),
    Kind(COVER, _("Ordna ersättare"), BEFORE_A_DAY),
    Kind(HAND_OVER, _("Lämna över uppgifter"), BEFORE_A_DAY),
    Kind(REMOVE_ACCESS, _("Ta bort behörighet"), BEFORE_A_DAY),
    Kind(POLICY_REVIEW, _("Se över regelverket"), UPKEEP),
    Kind(WATCH, _("Gå igenom kanalen"), LOOK, look=True),
    Kind(SILENT, _("Behåll eller avsluta en tyst kanal"), UPKEEP),
)
