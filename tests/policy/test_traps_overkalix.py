"""What is easily read wrong in Överkalix's policy. The values are copied by hand from the document."""

import pytest

from kommun.policy import Policy, Strength, keys, loader


@pytest.fixture(scope="module")
def overkalix() -> Policy:
    return Policy(loader.load_preset("overkalix").document)


def test_the_manager_gives_the_task_and_the_head_of_department_is_then_heard(overkalix):
    steps = overkalix.rule(keys.APPROVAL_CHAIN).value.steps
    assert [(step.kind, step.role, step.group) for step in steps] == [
        ("approve", "nearest_manager", 1),
        ("consult", "department_head", 2),
    ]


def test_the_chief_executive_is_head_of_information_and_no_second_person(overkalix):
    assert overkalix.role_named("informationschef") == overkalix.role_named("Kommunchef") == "chief_executive"
    assert overkalix.header.owner_role == "chief_executive"


def test_three_can_administer_since_the_web_editors_come_beside_the_two(overkalix):
    rule = overkalix.rule(keys.MINIMUM_ADMINISTRATORS)
    assert (rule.value.count, rule.value.central_counts) == (2, False)
    central = overkalix.rule(keys.CHANNEL_ROLES).value.count("central_administrator")
    assert (central.min, central.strength) == (1, Strength.BOR)


@pytest.mark.parametrize("key", [keys.MINIMUM_ADMINISTRATORS, keys.CREDENTIALS_CUSTODY, keys.REPLY_WITHIN])
def test_what_the_document_only_advises_is_not_made_binding(overkalix, key):
    assert overkalix.rule(key).strength is Strength.BOR


def test_both_limits_run_through_the_weekend_but_only_removal_is_told_to_visitors(overkalix):
    reply, removal = overkalix.rule(keys.REPLY_WITHIN).value, overkalix.rule(keys.REMOVE_WITHIN).value
    assert (reply.longest_hours, removal.limit("advertising", "house_rule").longest_hours) == (48, 48)
    assert (reply.shown, removal.shown) == (False, True)


def test_no_pace_is_invented_for_watching_or_posting(overkalix):
    watch, activity = overkalix.rule(keys.WATCH).value, overkalix.rule(keys.MINIMUM_ACTIVITY).value
    assert watch.interval is None
    assert (activity.count, activity.word, activity.when_below) == (None, "regelbundet", "must_close")


def test_the_word_gallra_takes_a_post_away_and_destroys_no_copy(overkalix):
    disposal = overkalix.rule(keys.DISPOSAL).value
    assert disposal.word_used_for_removal == "yes"
    assert disposal.bases == (), "the policy has no disposal decision to lean on"
    ladder = overkalix.rule(keys.REMOVAL_LADDER).value
    assert ladder.as_in_source == ("delete",)
    assert ladder.steps[:2] == ("preserve", "hide")


def test_factual_criticism_is_registered_in_public_channels_too(overkalix):
    registration = overkalix.rule(keys.REGISTRATION)
    (trigger,) = registration.value.triggers
    assert trigger.key == "factual_criticism"
    assert "öppna" in trigger.text
    assert (registration.value.ordered_instead, registration.value.order) == (True, "chronological")


def test_chats_and_learning_platforms_need_a_task_and_stand_in_the_register(overkalix):
    platforms = overkalix.rule(keys.PLATFORM_LIST).value
    assert {"blog", "chat", "learning"} <= set(platforms.platforms)
    assert overkalix.rule(keys.PUBLIC_REGISTER).value.includes == "all_services"
    assert any("C17" in item.covers for item in overkalix.guidance_at("application.start"))


def test_platforms_of_2013_are_examples_and_stop_nobody(overkalix):
    platforms = overkalix.rule(keys.PLATFORM_LIST)
    assert {"myspace", "slideshare"} <= set(platforms.value.platforms)
    assert (platforms.value.mode, platforms.strength) == ("examples", Strength.KAN)
    assert platforms.value.as_named["x"] == "Twitter"


def test_only_what_the_policys_own_words_take_in_is_listed_as_statutory(overkalix):
    statutory = {
        item.key for item in overkalix.rule(keys.PROHIBITED_CONTENT).value.categories if item.kind == "statutory"
    }
    assert statutory == {"hate_speech", "copyright_infringement", "unlawful_violence", "child_abuse_material"}


def test_consent_is_in_writing_for_who_is_both_pictured_and_named(overkalix):
    consent = overkalix.rule(keys.IMAGE_CONSENT).value
    assert (consent.adult_form, consent.child_form, consent.applies_to) == ("written", "written", "photo_with_name")
    assert (consent.child_age_limit, consent.guardian) == (None, False), "the document gives no age and no guardian"


def test_the_snapshot_is_a_pdf_of_the_start_page_handed_to_the_registrar_each_half_year(overkalix):
    interval, extent = overkalix.rule(keys.SNAPSHOT_INTERVAL).value, overkalix.rule(keys.SNAPSHOT_FORMAT).value
    assert (interval.every_months, interval.anchor, interval.events) == (6, "calendar_half_year", ())
    assert (extent.extent, extent.formats) == ("start_page", ("pdf",))
    assert [(item.kind, item.registered) for item in overkalix.rule(keys.SNAPSHOT_DELIVERY).value.targets] == [
        ("registrar", True)
    ]


def test_where_the_document_is_silent_there_is_no_rule(overkalix):
    assert [str(kind.key) for kind in overkalix.silent_kinds] == [
        "authentication.strong",
        "account.standard_text",
        "removal.evidence",
        "channel.closing",
        "reply.signature",
        "policy.enforcement",
    ]
