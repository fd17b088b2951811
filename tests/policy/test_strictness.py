"""Stricter is allowed, looser is not; the most specific scope wins."""

import json

import pytest
from pydantic import ValidationError

from kommun import policy
from kommun.policy import Policy, PolicyFileError, Scope, Strength, keys, loader
from kommun.policy.checks import looser_value
from kommun.policy.values.starting import MinimumAdministrators
from kommun.policy.values.talking import RemovalClass, RemovalLadder, RemoveWithin, ReplyWithin
from tests.policy.samples import MINIMAL, scoped

DAILY = {"interval": 1, "unit": "days"}


def reply(value, unit="hours", calendar=None, word=None):
    return ReplyWithin(
        value=value, unit=unit if value is not None else None, calendar=calendar, word=word, set_by="channel"
    )


def load(*rules):
    return Policy(loader.load(MINIMAL + "".join(rules), "prov.toml").document)


def chain(kind, *, written=False):
    return {"steps": [{"kind": kind, "role": "strategist", "group": 1, "written": written}]}


def plan(*, required):
    return {"attachments": [{"key": "plan", "title": "Plan", "required": required}]}


def within(hours):
    return f'value = {hours}, unit = "hours", set_by = "policy"'


def test_strength_is_ordered_by_force_and_not_by_letter():
    assert Strength.KAN < Strength.BOR < Strength.SKA
    assert max(Strength) is Strength.SKA


@pytest.mark.parametrize(
    ("candidate", "reference", "looser"),
    [
        (reply(24), reply(48), False),
        (reply(48), reply(48), False),
        (reply(49), reply(48), True),
        (reply(2, "days"), reply(48), False),
        (reply(3, "days"), reply(48), True),
        (reply(None, word="skyndsamt"), reply(48), True),  # no number promises nothing
        (reply(48), reply(None, word="skyndsamt"), False),
        (reply(None, word="snarast"), reply(None, word="skyndsamt"), False),
        (reply(48, calendar="working_days"), reply(48), True),  # over a weekend it is longer
        (reply(24, calendar="working_days"), reply(48, calendar="clock"), True),
        (reply(1, calendar="working_days"), reply(30, "days"), False),
        (reply(48), reply(48, calendar="working_days"), False),
        (reply(60), reply(48, calendar="working_days"), True),  # longer in the middle of a week
        (reply(0), reply(0), False),
        (reply(0, calendar="working_days"), reply(0), False),
    ],
)
def test_a_promised_reply_time_is_compared_over_units_and_calendars(candidate, reference, looser):
    assert policy.is_looser(keys.REPLY_WITHIN, candidate, reference) is looser


def test_a_channels_promise_is_checked_against_the_rule_itself():
    rule = load().rule(keys.REPLY_WITHIN)
    assert policy.is_looser(keys.REPLY_WITHIN, reply(72), rule)
    assert not policy.is_looser(keys.REPLY_WITHIN, reply(8), rule)


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(TypeError):
        policy.is_looser(keys.REPLY_WITHIN, MinimumAdministrators(count=2, central_counts=False), reply(48))


@pytest.mark.parametrize(
    ("key", "candidate", "reference", "looser"),
    [
        (
            keys.MINIMUM_ADMINISTRATORS,
            {"count": 1, "central_counts": False},
            {"count": 2, "central_counts": False},
            True,
        ),
        (
            keys.MINIMUM_ADMINISTRATORS,
            {"count": 2, "central_counts": True},
            {"count": 2, "central_counts": False},
            True,
        ),
        (
            keys.MINIMUM_ADMINISTRATORS,
            {"count": 3, "central_counts": True},
            {"count": 2, "central_counts": False},
            False,
        ),
        (keys.DECISION_FIELDS, {"fields": ["purpose"]}, {"fields": ["purpose", "owner"]}, True),
        (keys.DECISION_FIELDS, {"fields": ["purpose", "owner", "deputy"]}, {"fields": ["purpose", "owner"]}, False),
        (keys.CHANNEL_ROLES, {"roles": [{"role": "owner", "min": 0}]}, {"roles": [{"role": "owner", "min": 1}]}, True),
        (keys.WATCH, {"interval": 1, "unit": "weeks"}, {"interval": 1, "unit": "days"}, True),
        (keys.WATCH, DAILY | {"days": "working_days"}, DAILY | {"days": "all_days"}, True),
        (keys.WATCH, DAILY | {"days": "all_days"}, {"word": "regelbundet"}, False),
        (keys.SNAPSHOT_INTERVAL, {"every_months": 12}, {"every_months": 6}, True),
        (keys.SNAPSHOT_INTERVAL, {"every_months": 1}, {"every_months": 6}, False),
        (keys.MINIMUM_ACTIVITY, {"count": 1, "period": "month"}, {"count": 1, "period": "week"}, True),
        (keys.IMAGE_CONSENT, {"child_age_limit": 15}, {"child_age_limit": 16}, True),
        (keys.APPROVAL_CHAIN, chain("consult"), chain("approve"), True),
        (keys.APPROVAL_CHAIN, chain("inform"), chain("consult"), True),
        (keys.APPROVAL_CHAIN, chain("approve"), chain("approve", written=True), True),
        (keys.APPROVAL_CHAIN, chain("approve"), chain("consult"), False),
        (keys.PRESTART_DOCUMENTS, plan(required=False), plan(required=True), True),
        (keys.PRESTART_DOCUMENTS, plan(required=True), plan(required=False), False),
        (keys.PURPOSES, {"binding": False, "free_text": False}, {"binding": False, "free_text": True}, True),
        (keys.PLATFORM_LIST, {"platforms": ["x"], "mode": "warn"}, {"platforms": ["x"], "mode": "block"}, True),
        (keys.PLATFORM_LIST, {"platforms": ["x", "y"], "mode": "block"}, {"platforms": ["x"], "mode": "block"}, True),
        (keys.PLATFORM_LIST, {"platforms": ["y"], "mode": "block"}, {"platforms": ["x"], "mode": "examples"}, False),
        (keys.SNAPSHOT_INTERVAL, {"every_months": 6}, {"events": ["major_change"]}, True),
        (keys.POLICE_REPORT, {"trigger": "crime", "duty": "may"}, {"trigger": "crime", "duty": "must"}, True),
        (keys.CRITICAL_MASS, {}, {"hold_reply": True}, True),
        (keys.REPLY_SIGNATURE, {"parts": ["name"]}, {"parts": ["name", "title"]}, True),
        (keys.CLOSING, {}, {"final_snapshot": True}, True),
    ],
)
def test_counts_and_lists_are_compared(key, candidate, reference, looser):
    mine, other = (key.model.model_validate_json(json.dumps(value)) for value in (candidate, reference))
    assert policy.is_looser(key, mine, other) is looser


def test_one_removal_class_that_is_looser_makes_the_rule_looser():
    wide = RemoveWithin(classes=(RemovalClass(value=48, unit="hours"),))
    narrow = RemoveWithin(
        classes=(RemovalClass(value=0, unit="hours", kind="statutory"), RemovalClass(value=72, unit="hours"))
    )
    assert policy.is_looser(keys.REMOVE_WITHIN, narrow, wide)
    assert not policy.is_looser(keys.REMOVE_WITHIN, wide, wide)


def removal(*classes):
    """The classes of a removal rule: (hours, kind or category)."""
    kinds = ("statutory", "other_law", "house_rule")
    made = [
        RemovalClass(value=hours, unit="hours", kind=name)
        if name in kinds
        else RemovalClass(value=hours, unit="hours", categories=(name,) if name else ())
        for hours, name in classes
    ]
    return RemoveWithin(classes=tuple(made))


@pytest.mark.parametrize(
    ("candidate", "reference", "kinds", "looser"),
    [
        # Hate speech is statutory: the law's time for its kind is the one that its own class is compared with.
        (
            removal((72, "hate_speech"), (48, "statutory")),
            removal((48, "statutory")),
            {"hate_speech": "statutory"},
            True,
        ),
        (
            removal((24, "hate_speech"), (48, "statutory")),
            removal((48, "statutory")),
            {"hate_speech": "statutory"},
            False,
        ),
        # Advertising is a house rule, for which the reference has no time at all: any time is stricter.
        (
            removal((72, "advertising"), (48, "statutory")),
            removal((48, "statutory")),
            {"advertising": "house_rule"},
            False,
        ),
        # What the reference gave a time of its own falls back on its kind here, and that time is longer.
        (removal((72, "house_rule")), removal((24, "advertising")), {"advertising": "house_rule"}, True),
        (removal((24, "house_rule")), removal((24, "advertising")), {"advertising": "house_rule"}, False),
        # A category of a kind that nobody knows could be any.
        (removal((72, "new"), (48, "statutory")), removal((48, "statutory")), {}, True),
    ],
)
def test_a_category_is_compared_by_the_time_of_its_kind(candidate, reference, kinds, looser):
    assert looser_value(candidate, reference, kinds) is looser


def test_a_file_may_not_loosen_the_time_of_a_category_for_a_part_of_the_municipality():
    def timed(scope, classes):
        return scoped(scope, f"classes = [{classes}]", key="removal.within", strength="ska")

    wide = timed("", '{ kind = "statutory", value = 48, unit = "hours" }')
    own = '{ kind = "statutory", value = 48, unit = "hours" }, { categories = ["%s"], value = 72, unit = "hours" }'
    with pytest.raises(PolicyFileError, match="strängare"):
        load(wide, timed('department = "skola"', own % "hate_speech"))  # on the law's list, so it is statutory
    listed = scoped(
        "", 'categories = [{ key = "advertising", title = "Reklam", kind = "house_rule" }]',
        key="content.prohibited", strength="ska",
    )  # fmt: skip
    assert load(listed, wide, timed('department = "skola"', own % "advertising"))


LADDER = ("preserve", "hide", "assess", "register", "delete")


@pytest.mark.parametrize(
    ("candidate", "reference", "looser"),
    [
        ({}, {"registered_first": "received"}, True),
        ({"registered_first": "sent"}, {"registered_first": "received"}, True),
        ({"registered_first": "received"}, {}, False),
        (
            {"registered_first": "received", "registered_categories": ("secrecy",)},
            {"registered_first": "received"},
            True,
        ),
        ({"registered_first": "received"}, {"registered_first": "received", "registered_categories": ("x",)}, False),
    ],
)
def test_a_ladder_that_asks_less_of_the_registrar_is_looser(candidate, reference, looser):
    mine, other = RemovalLadder(steps=LADDER, **candidate), RemovalLadder(steps=LADDER, **reference)
    assert policy.is_looser(keys.REMOVAL_LADDER, mine, other) is looser


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": ("preserve", "hide", "delete"), "registered_first": "received"},
        {"steps": ("preserve", "hide", "delete", "register"), "registered_first": "sent"},
        {"steps": LADDER, "registered_categories": ("secrecy",)},
        {"steps": LADDER, "registered_first": "received", "registered_categories": ("secrecy", "secrecy")},
    ],
)
def test_what_the_registrar_must_have_first_needs_the_step_for_it(wrong):
    with pytest.raises(ValidationError):
        RemovalLadder(**wrong)


@pytest.mark.parametrize(
    ("ladder", "asked"),
    [
        (RemovalLadder(steps=LADDER), "sent"),  # the order of the steps alone
        (RemovalLadder(steps=("preserve", "hide", "delete")), None),
        (RemovalLadder(steps=LADDER, registered_first="received"), "received"),
        (RemovalLadder(steps=LADDER, registered_first="received", registered_categories=("secrecy",)), None),
    ],
)
def test_what_the_registrar_must_have_before_advertising_is_removed(ladder, asked):
    assert ladder.registered("advertising") == asked


def test_a_removal_limit_is_the_categorys_own_then_its_kinds_then_the_rest():
    rule = RemoveWithin(
        classes=(
            RemovalClass(value=48, unit="hours"),
            RemovalClass(value=0, unit="hours", kind="statutory"),
            RemovalClass(word="snarast", categories=("secrecy",)),
        )
    )
    assert rule.limit("secrecy", "statutory").word == "snarast"
    assert rule.limit("hate_speech", "statutory").value == 0
    assert rule.limit("advertising", "house_rule").value == 48


def test_the_most_specific_scope_wins():
    policies = load(
        scoped('department = "skola"', within(40)),
        scoped('platform_kind = "facebook"', within(36)),
        scoped('department = "skola", platform_kind = "facebook"', within(30)),
        scoped('channel = "tibro-bibliotek"', within(8)),
    )
    hours = {
        scope: policies.rule(keys.REPLY_WITHIN, scope).value.value
        for scope in (
            Scope(),
            Scope(department="kultur"),
            Scope(department="skola"),
            Scope(platform_kind="facebook"),
            Scope(department="kultur", platform_kind="facebook"),
            Scope(department="skola", platform_kind="facebook"),
            Scope(department="skola", platform_kind="facebook", channel="tibro-bibliotek"),
        )
    }
    assert list(hours.values()) == [48, 48, 40, 36, 36, 30, 8]


def test_two_scopes_that_one_channel_can_meet_may_not_loosen_each_other():
    school, facebook = scoped('department = "skola"', within(24)), scoped('platform_kind = "facebook"', within(36))
    with pytest.raises(PolicyFileError, match="strängare"):
        load(school, facebook)
    both = scoped('department = "skola", platform_kind = "facebook"', within(24))
    assert load(school, facebook, both).rule(keys.REPLY_WITHIN, Scope("skola", "facebook")).value.value == 24


def test_a_thing_on_a_list_may_not_bind_less_for_a_part_of_the_municipality():
    def shown(scope, item):
        return scoped(scope, f"items = [{{ key = \"logotype\", text = \"Logotyp\"{item} }}]",
                      key="account.information", strength="ska")  # fmt: skip

    assert load(shown("", ', strength = "bör"'), shown('department = "skola"', ""))
    with pytest.raises(PolicyFileError, match="strängare"):
        load(shown("", ""), shown('department = "skola"', ', strength = "bör"'))


def test_scopes_that_never_meet_are_free():
    assert load(scoped('department = "skola"', within(24)), scoped('department = "kultur"', within(36)))


def test_where_the_policy_is_silent_there_is_no_rule():
    assert load().rule(keys.CLOSING) is None


def test_a_value_cannot_be_changed():
    rule = load().rule(keys.REPLY_WITHIN)
    with pytest.raises(ValidationError):
        rule.value.value = 1
