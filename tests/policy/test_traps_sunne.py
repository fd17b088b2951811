"""What is easy to get wrong in Sunne's strategy: joint approval, no numbers, copy and hide before anything is removed."""

from functools import cache

import pytest

from kommun.policy import Policy, Strength, conflicts, keys, loader
from kommun.policy.keys import BY_NAME


@cache
def sunne() -> Policy:
    return Policy(loader.load_preset("sunne").document)


def value(key):
    rule = sunne().rule(key)
    assert rule is not None, f"no {key}"
    return rule.value


def test_manager_and_strategist_decide_at_the_same_time_and_not_in_writing():
    steps = [(step.kind, step.role, step.group, step.written) for step in value(keys.APPROVAL_CHAIN).steps]
    assert steps == [("approve", "nearest_manager", 1, False), ("approve", "strategist", 1, False)]


def test_both_titles_of_the_strategist_find_the_role_and_one_is_shown():
    assert {sunne().role_named(title) for title in ("informationsstrateg", "Kommunikationsstrateg")} == {"strategist"}
    assert sunne().role_label("strategist") == "Kommunikationsstrateg"


def test_the_handbook_has_the_reply_times_and_has_not_been_seen():
    handbook = next(item for item in sunne().header.companions if item.key == "handbook")
    assert (handbook.obligatory, handbook.available) == (True, False)
    reply = value(keys.REPLY_WITHIN)
    assert (reply.hours, reply.unit, reply.calendar, reply.set_by) == (None, None, None, "channel")


def test_no_number_of_hours_or_days_stands_in_any_deadline():
    assert [item.hours for item in value(keys.REMOVE_WITHIN).classes] == [None]
    assert (value(keys.WATCH).interval, value(keys.MINIMUM_ACTIVITY).count) == (None, None)
    assert conflicts(sunne()) == []


def test_the_page_is_copied_and_hidden_before_anything_is_removed():
    ladder, evidence = value(keys.REMOVAL_LADDER), value(keys.EVIDENCE)
    assert ladder.as_in_source[:2] == ("preserve", "hide")
    assert ladder.as_in_source.index("assess") < ladder.as_in_source.index("delete")
    assert evidence.before == "hide"
    assert set(evidence.recipients) == {"registrar", "subject_manager", "strategist"}


def test_crime_must_be_reported_to_the_police():
    rule = sunne().rule(keys.POLICE_REPORT)
    assert (rule.strength, rule.value.duty, rule.value.stated) == (Strength.SKA, "must", True)
    flagged = {category.key for category in value(keys.PROHIBITED_CONTENT).categories if category.police}
    named_by_the_source = {"unlawful_threat", "hate_speech", "defamation", "harassment", "insult", "pornography"}
    five_of_the_act = {"incitement_to_crime", "child_abuse_material", "unlawful_violence", "copyright_infringement"}
    assert flagged == named_by_the_source | five_of_the_act


def test_what_is_off_purpose_may_be_removed_and_only_because_the_purpose_is_shown():
    category = next(item for item in value(keys.PROHIBITED_CONTENT).categories if item.key == "off_purpose")
    assert (category.kind, category.strength) == ("house_rule", Strength.KAN)
    shown = {item.key for item in value(keys.ACCOUNT_INFORMATION).items if item.strength in {None, Strength.SKA}}
    assert {"purpose", "prohibited_content"} <= shown


def test_the_disposal_decision_is_still_to_be_made():
    assert [basis.decided for basis in value(keys.DISPOSAL).bases] == [False]


def test_other_platforms_than_the_listed_are_not_forbidden():
    platforms = value(keys.PLATFORM_LIST)
    assert platforms.mode != "block"
    assert (platforms.as_named["x"], platforms.as_named["blog"]) == ("Twitter", "Blogspot")


def test_both_who_answer_read_handbook_and_strategy_before_the_channel_opens():
    readings = value(keys.PRESTART_DOCUMENTS).readings
    assert [(item.key, item.readers, item.before) for item in readings] == [
        ("handbook", ("owner", "deputy"), "open"),
        ("strategy", ("owner", "deputy"), "open"),
    ]


@pytest.mark.parametrize(
    "key", ["credentials.custody", "account.standard_text", "policy.enforcement", "reply.signature"]
)
def test_where_the_strategy_is_silent_there_is_no_rule(key):
    assert sunne().rule(BY_NAME[key].key) is None
