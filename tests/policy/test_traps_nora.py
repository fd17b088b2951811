"""What is easy to get wrong in Nora's policy: three written approvals, words that are no numbers, two meanings of gallra."""

from functools import cache

import pytest

from kommun.policy import Policy, Scope, Strength, conflicts, keys, loader
from kommun.policy.base import MUNICIPALITY
from kommun.policy.keys import BY_NAME

FACEBOOK = Scope(platform_kind="facebook")


@cache
def nora() -> Policy:
    return Policy(loader.load_preset("nora").document)


def value(key, scope=MUNICIPALITY):
    rule = nora().rule(key, scope)
    assert rule is not None, f"no {key}"
    return rule.value


def test_three_approve_one_after_another_in_writing():
    steps = [(step.kind, step.role, step.group, step.written) for step in value(keys.APPROVAL_CHAIN).steps]
    assert steps == [
        ("approve", "nearest_manager", 1, True),
        ("approve", "department_head", 2, True),
        ("approve", "chief_executive", 3, True),
    ]


def test_the_chief_executive_is_the_one_responsible_for_information():
    assert nora().role_named("informationsansvarig") == "chief_executive"
    assert nora().header.owner_role == "chief_executive"


def test_the_activity_plan_is_always_attached_and_copied_but_its_fields_are_not_invented():
    plan = next(file for file in value(keys.PRESTART_DOCUMENTS).attachments if file.key == "activity_plan")
    assert (plan.required, plan.copy_to, plan.fields) == (True, ("chief_executive",), ())
    companion = next(item for item in nora().header.companions if item.key == "activity_plan")
    assert (companion.obligatory, companion.available) == (True, False)


def test_skyndsamt_and_the_recommended_time_are_no_numbers():
    reply = value(keys.REPLY_WITHIN)
    assert (reply.hours, reply.calendar, reply.word, reply.shown) == (None, None, "skyndsamt", False)
    assert value(keys.WATCH).interval is None
    assert conflicts(nora()) == []


def test_secrecy_goes_at_once_attacks_as_soon_as_can_be_and_the_rest_without_delay():
    removal = value(keys.REMOVE_WITHIN)
    limits = [removal.limit(category) for category in ("secrecy", "personal_attack", "hate_speech")]
    assert [(limit.word, limit.hours) for limit in limits] == [("direkt", 0), ("snarast", None), ("skyndsamt", None)]


def test_what_is_removed_is_still_kept_and_disposal_has_no_decision_to_rest_on():
    assert value(keys.EVIDENCE).before == "hide"
    disposal = value(keys.DISPOSAL)
    assert (disposal.word_used_for_removal, disposal.bases) == ("yes", ())
    assert "improper" not in disposal.classes, "personal attacks are moderated, not disposed of"


def test_a_police_report_is_a_choice_and_the_contact_is_named():
    rule = nora().rule(keys.POLICE_REPORT)
    assert (rule.value.duty, rule.value.contact) == ("may", ("security_coordinator", "nearest_manager"))


def test_secrecy_is_always_registered_and_the_rest_may_be_kept_ordered():
    registration = value(keys.REGISTRATION)
    secrecy = next(trigger for trigger in registration.triggers if trigger.key == "secrecy")
    assert secrecy.strength in {None, Strength.SKA}
    assert registration.ordered_instead
    assert registration.direction_shown
    assert registration.minor_importance_exempt


def test_absence_falls_on_the_head_of_the_unit_and_then_of_the_department():
    cover = value(keys.ABSENCE_COVER)
    assert cover.fallback == ("nearest_manager", "department_head")
    assert cover.never_unattended


def test_log_ins_are_also_handed_to_the_chief_executive():
    assert value(keys.CREDENTIALS_CUSTODY).handed_to == ("chief_executive",)


def test_facebook_alone_is_asked_to_be_open_and_without_abbreviations():
    everywhere = {item.key for item in value(keys.ACCOUNT_INFORMATION).items}
    on_facebook = {item.key for item in value(keys.ACCOUNT_INFORMATION, FACEBOOK).items}
    assert on_facebook - everywhere == {"open_without_login", "plain_address"}
    assert everywhere <= on_facebook, "the most specific rule stands alone, so it repeats the rest"


def test_the_channel_states_its_own_update_frequency():
    assert value(keys.MINIMUM_ACTIVITY).stated_by_channel
    assert "update_frequency" in {item.key for item in value(keys.ACCOUNT_INFORMATION).items}


def test_removal_time_and_prohibited_content_need_not_be_shown():
    shown = {item.key for item in value(keys.ACCOUNT_INFORMATION).items}
    assert not shown & {"removal_time", "prohibited_content", "reply_time"}


def test_platforms_are_examples_also_those_that_are_gone():
    platforms = value(keys.PLATFORM_LIST)
    assert platforms.mode == "examples"
    assert {"myspace", "slideshare"} <= set(platforms.platforms)


@pytest.mark.parametrize(
    "key", ["account.standard_text", "snapshot.delivery", "authentication.strong", "reply.signature"]
)
def test_where_the_policy_is_silent_there_is_no_rule(key):
    assert nora().rule(BY_NAME[key].key) is None
