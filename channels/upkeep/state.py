"""The state of channels, computed from what is stored and what the policy in force asks. Writes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment
from channels.models import AccessTest, Channel
from channels.upkeep.checklist import ShownItem, shown_items
from channels.upkeep.records import Common, Records
from kommun.business_time import add_months, add_working_days, end_of
from kommun.policy import Policy, Rule, Scope, Strength, keys
from kommun.policy.values.keeping import PublicRegister
from kommun.policy.values.starting import DecisionFields

FIRST_WORKING_DAYS = 20  # for a channel that came in from a list: nobody has confirmed it yet
# What the rules on the decision and on the register may ask for, and where it is in the register, beside people and account.
WRITTEN = {
    "purpose": "purpose",
    "audience": "audience",
    "update_frequency": "update_frequency",
    "languages": "languages",
    "controller": "controller_id",
    "reply_time": "reply_hours",
}
CENTRAL = Appointment.Role.WEB_EDITOR  # who administers every account centrally (Överkalix, "Admin")
ALWAYS = frozenset({"purpose"})  # the register cannot do without it, whatever the policy says


@dataclass(frozen=True)
class Missing:
    """Something that the register lacks about a channel. `rule` is None where the register itself needs it."""

    field: str
    label: str
    text: str
    rule: Rule | None
    strength: Strength

    @property
    def needed(self) -> bool:
        """True when it is demanded; what only should be there is shown, and nobody is chased for it."""
        return self.strength is Strength.SKA


@dataclass(frozen=True)
class State:
    """How a channel stands. `confirm_by` and `test_by` are instants in UTC, exclusive; None: at once, without a number."""

    channel: Channel
    scope: Scope
    missing: tuple[Missing, ...]
    items: tuple[ShownItem, ...]
    administrators: int
    minimum: Rule | None
    wanted_administrators: int
    custody: Rule | None
    strong: Rule | None
    test: AccessTest | None
    confirm_by: datetime
    test_by: datetime | None
    register: Rule | None

    @property
    def needed(self) -> tuple[Missing, ...]:
        """What is missing and demanded."""
        return tuple(one for one in self.missing if one.needed)

    @property
    def remaining(self) -> tuple[ShownItem, ...]:
        """What the account must show and nobody has attested."""
        return tuple(item for item in self.items if item.remains)


def state_of(channel: Channel, common: Common | None = None) -> State:
    """Return the state of one channel."""
    return states_of([channel], common)[channel.pk]


def states_of(channels: Sequence[Channel], common: Common | None = None) -> dict[int, State]:
    """Return the state of each channel, by id. A constant number of queries; read `platform`, `owner` and `deputy` with them."""
    common = common or Common.load(timezone.localdate())
    records = Records.load(channels, common)
    return {channel.pk: compute(channel, records) for channel in channels}


def compute(channel: Channel, records: Records) -> State:
    """Return the state of one of the channels that the records were read for."""
    common = records.common
    ask = _Ask(common.policy, common.scope(channel))
    custody, strong = ask.rule(keys.CREDENTIALS_CUSTODY), ask.rule(keys.STRONG_AUTHENTICATION)
    minimum, wanted = _minimum(ask)
    have = _administrators(channel, minimum, records)
    missing = [*_people(channel, ask), *_written(channel, ask), *_account(channel, ask, custody, records)]
    if minimum and have < wanted:
        missing.append(_too_few(have, wanted, minimum))
    test = records.tests.get(channel.pk)
    return State(
        channel=channel,
        scope=ask.scope,
        missing=tuple(missing),
        items=tuple(shown_items(channel, common.policy, ask.scope, records)),
        administrators=have,
        minimum=minimum,
        wanted_administrators=wanted,
        custody=custody,
        strong=strong,
        test=test,
        confirm_by=_by(channel, channel.confirmed_on, common.months, records),
        test_by=_test_by(channel, test, custody, strong, records),
        register=ask.rule(keys.PUBLIC_REGISTER),
    )


@dataclass(frozen=True)
class _Ask:
    """The policy, asked for one channel."""

    policy: Policy | None
    scope: Scope

    def rule(self, key: keys.Key[Any]) -> Rule[Any] | None:
        return self.policy.rule(key, self.scope) if self.policy else None

    def asks_for(self, name: str) -> Rule[Any] | None:
        """Return the most binding of the rules on the decision and the register that name the field."""
        rules: list[Rule[DecisionFields | PublicRegister]] = []
        for key in (keys.DECISION_FIELDS, keys.PUBLIC_REGISTER):
            rule = self.rule(key)
            if rule and name in rule.value.fields:
                rules.append(rule)
        return max(rules, key=lambda found: found.strength.rank, default=None)


def _people(channel: Channel, ask: _Ask) -> Iterator[Missing]:
    roles = ask.rule(keys.CHANNEL_ROLES)
    if "owner" in channel.provisional:
        text = _("%(person)s står som ansvarig tills vidare.") % {"person": channel.owner.role}
        yield Missing("owner", _("Kontoansvarig"), text, roles or ask.asks_for("owner"), Strength.SKA)
    elif not channel.owner.is_active:
        text = _("%(person)s är inte längre aktiv.") % {"person": channel.owner.role}
        yield Missing("owner", _("Kontoansvarig"), text, roles or ask.asks_for("owner"), Strength.SKA)
    if "unit" in channel.provisional:
        text = _("Verksamheten är satt tills vidare.")
        yield Missing("unit", _("Verksamhet"), text, ask.asks_for("unit"), Strength.SKA)
    wanted = roles.value.count("deputy") if roles else None
    rule = roles if wanted and wanted.min else ask.asks_for("deputy")
    if rule is None:
        return
    strength = (wanted.strength if wanted else None) or rule.strength
    if channel.deputy is None:
        yield Missing("deputy", _("Ersättare"), _("Ingen ersättare är utsedd."), rule, strength)
    elif not channel.deputy.is_active:
        text = _("%(person)s är inte längre aktiv.") % {"person": channel.deputy.role}
        yield Missing("deputy", _("Ersättare"), text, rule, strength)


def _written(channel: Channel, ask: _Ask) -> Iterator[Missing]:
    for name, attribute in WRITTEN.items():
        value = getattr(channel, attribute)
        if value.strip() if isinstance(value, str) else value:
            continue
        rule = ask.asks_for(name)
        if rule or name in ALWAYS:
            strength = rule.strength if rule and name not in ALWAYS else Strength.SKA
            yield Missing(name, _label(name), _("Uppgiften är inte ifylld."), rule, strength)


def _label(name: str) -> str:
    return {
        "purpose": _("Syfte"),
        "audience": _("Målgrupp"),
        "update_frequency": _("Hur ofta kanalen uppdateras"),
        "languages": _("Språk"),
        "controller": _("Personuppgiftsansvarig nämnd"),
        "reply_time": _("Svarstid"),
    }[name]


def _account(channel: Channel, ask: _Ask, custody: Rule | None, records: Records) -> Iterator[Missing]:
    if channel.pk not in records.addressed:
        text = _("Kanalen har ingen adress.")
        yield Missing("address", _("Adress"), text, ask.asks_for("address") or ask.asks_for("channel"), Strength.SKA)
    if custody and not channel.credentials_place.strip():
        text = _("Det står inte var inloggningen förvaras.")
        yield Missing("credentials_place", _("Var inloggningen förvaras"), text, custody, custody.strength)


def _minimum(ask: _Ask) -> tuple[Rule | None, int]:
    """Return the rule on how many administrators there are at least, and the number. Source: matrix D5."""
    rule = ask.rule(keys.MINIMUM_ADMINISTRATORS)
    if rule:
        return rule, rule.value.count
    roles = ask.rule(keys.CHANNEL_ROLES)
    wanted = roles.value.count("administrator") if roles else None
    return (roles, wanted.min) if wanted and wanted.min else (None, 0)


def _administrators(channel: Channel, minimum: Rule | None, records: Records) -> int:
    """Return how many active people can administer the account; the central ones too where the rule counts them."""
    people = set(records.administrators.get(channel.pk, ()))
    if minimum and getattr(minimum.value, "central_counts", False):
        organisation = records.common.organisation
        unit = organisation.units.get(channel.unit_id)
        people |= {person.pk for person in organisation.holders(CENTRAL, unit)}
    return len(people)


def _too_few(have: int, wanted: int, rule: Rule) -> Missing:
    text = ngettext(
        "%(have)s person kan administrera kontot. Det behöver vara minst %(wanted)s.",
        "%(have)s personer kan administrera kontot. Det behöver vara minst %(wanted)s.",
        have,
    ) % {"have": have, "wanted": wanted}
    return Missing("administrators", _("Administratörer"), text, rule, rule.strength)


def _by(channel: Channel, last: date | None, months: int, records: Records) -> datetime:
    """Return when something that recurs is due: `months` after it was done last, or after the channel opened.

    A channel that came in from a list has twenty working days the first time: its opening may be years ago.
    """
    if last is not None:
        return end_of(add_months(last, months))
    if channel.pk in records.added:
        return end_of(add_working_days(records.added[channel.pk], FIRST_WORKING_DAYS, records.common.closed))
    return end_of(add_months(channel.opened_on or records.common.today, months))


def _test_by(
    channel: Channel, test: AccessTest | None, custody: Rule | None, strong: Rule | None, records: Records
) -> datetime | None:
    """Return when the log-in is to be tested; None when it did not work the last time. Sources: matrix D6, D8."""
    if test is not None and not test.works:
        return None
    said = (custody.value.test_every_months if custody else None, strong.value.attest_every_months if strong else None)
    months = min((number for number in said if number), default=records.common.months)
    return _by(channel, test.tested_on if test else None, months, records)
