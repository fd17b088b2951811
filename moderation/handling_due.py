"""What can be due around a case, as kinds of the one clock.

No law or policy gives a number of days for most of it: "så snart som möjligt" (FL 9, 18, 36 §§). Then only age is shown,
and whoever does not answer is reminded and passed over.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import User
from channels import clock
from channels.clock import Due, Kind, Pace, Stage
from channels.models import Channel
from kommun.policy import Rule

TRY_CONFLICT, RECONSIDER, ADVISE = "try_conflict", "reconsider", "advise"
OPEN_ACCOUNT, ASK_POLICE, CRISIS_WATCH = "open_account", "ask_police", "crisis_watch"

# Somebody waits for somebody's decision.
DECIDE = Pace(
    dated=(Stage("holder", "opened", hours=0), Stage("strategist", "due", hours=0, missed=True)),
    undated=(
        Stage("holder", "opened", hours=0),
        Stage("holder", "opened", days=2),
        Stage("strategist", "opened", days=4),
        Stage("manager", "opened", days=6),
    ),
    again=5,
)
# An answer to the public waits for this one.
SOON = Pace(
    dated=(Stage("holder", "opened", hours=0), Stage("manager", "due", hours=0, missed=True)),
    undated=(
        Stage("holder", "opened", hours=0),
        Stage("holder", "opened", hours=24),
        Stage("strategist", "opened", hours=48),
        Stage("manager", "opened", days=3),
    ),
    again=2,
)
# A day that was chosen, or that a block runs out on.
ON_A_DAY = Pace(
    dated=(
        Stage("holder", "opened", hours=0),
        Stage("deputy", "due", hours=0, missed=True),
        Stage("strategist", "due", days=2),
    ),
    undated=(Stage("holder", "opened", hours=0), Stage("deputy", "opened", days=2)),
    again=5,
)
# As `ON_A_DAY`, but past the deputy: who sees what goes to the police is fewer people than who reads the case.
WITH_THE_POLICE = Pace(
    dated=(
        Stage("holder", "opened", hours=0),
        Stage("holder", "due", hours=0, missed=True),
        Stage("strategist", "due", days=2),
    ),
    undated=(Stage("holder", "opened", hours=0), Stage("strategist", "opened", days=2)),
    again=5,
)
# Crisis: clock hours, also at night, and nobody is waited for.
DENSE = Pace(
    dated=(
        Stage("holder", "due", hours=0, missed=True),
        Stage("deputy", "due", hours=1),
        Stage("strategist", "due", hours=2),
        Stage("manager", "due", hours=3),
    ),
    undated=(Stage("holder", "opened", hours=1),),
    again=1,
)

clock.register(
    Kind(TRY_CONFLICT, gettext_lazy("Pröva jäv"), DECIDE),
    Kind(RECONSIDER, gettext_lazy("Ompröva ett beslut"), DECIDE),
    Kind(ADVISE, gettext_lazy("Yttra dig före ett svar"), SOON),
    Kind(OPEN_ACCOUNT, gettext_lazy("Öppna ett konto som varit blockerat"), ON_A_DAY),
    Kind(ASK_POLICE, gettext_lazy("Fråga polisen hur det går"), WITH_THE_POLICE),
    Kind(CRISIS_WATCH, gettext_lazy("Titta till kanalen i krisläge"), DENSE, look=True),
)


def wait_for(
    kind: str,
    subject: models.Model,
    actor: Actor,
    *,
    what: str,
    channel: Channel,
    holder: User | None,
    due_at: datetime | None = None,
    rule: Rule | None = None,
    url: str = "",
) -> None:
    """Open an obligation about the row. The label says what and where, never what somebody wrote."""
    label = _("%(what)s: %(channel)s") % {"what": what, "channel": channel}
    address = url or subject.get_absolute_url()  # type: ignore[attr-defined]
    clock.begin(Due(kind, subject, label, address, channel=channel, holder=holder, due_at=due_at, rule=rule), actor)
