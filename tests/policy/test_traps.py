"""The contradictions and traps of the five documents (policy matrix, part 2b), one test each."""

from datetime import date
from functools import cache

import pytest

from kommun.policy import Policy, Strength, conflicts, keys, law, loader
from kommun.policy.document import PolicyDocument, RuleEntry
from kommun.policy.values import starting
from tests.policy.samples import MINIMAL, scoped

TODAY = date(2026, 11, 20)


@cache
def preset(municipality: str) -> Policy:
    return Policy(loader.load_preset(municipality).document)


def value(municipality, key):
    rule = preset(municipality).rule(key)
    assert rule is not None, f"{municipality} has no {key}"
    return rule.value


def test_1_sunnes_two_titles_are_one_role():
    sunne = preset("sunne")
    assert sunne.role_named("Informationsstrateg") == "strategist"
    assert sunne.role_named("kommunikationsstrateg") == "strategist"
    chain = value("sunne", keys.APPROVAL_CHAIN)
    assert {step.role for step in chain.approvals} == {"nearest_manager", "strategist"}
    assert len({step.group for step in chain.approvals}) == 1, "the two decide jointly"


def test_2_sunnes_reply_time_is_not_invented():
    reply = value("sunne", keys.REPLY_WITHIN)
    assert reply.value is None
    assert reply.set_by in {"channel", "handbook"}
    assert reply.shown


def test_3_forty_eight_hours_are_two_clocks():
    tibro_reply = value("tibro", keys.REPLY_WITHIN)
    tibro_removal = value("tibro", keys.REMOVE_WITHIN).limit("hate_speech", "statutory")
    assert (tibro_reply.hours, tibro_reply.counted_in) == (48, "working_days")
    assert (tibro_removal.hours, tibro_removal.counted_in) == (48, "clock")


def test_3_overkalix_forty_eight_hours_are_clock_hours_both_times():
    reply = value("overkalix", keys.REPLY_WITHIN)
    removal = value("overkalix", keys.REMOVE_WITHIN).limit("hate_speech", "statutory")
    assert (reply.hours, reply.calendar, reply.counted_in) == (48, None, "clock")
    assert (removal.hours, removal.counted_in) == (48, "clock")


def test_4_tibros_watch_cannot_always_meet_its_removal_limit_and_that_is_shown():
    found = conflicts(preset("tibro"))
    assert [conflict.keys for conflict in found] == [("watch.interval", "removal.within")]
    assert "72" in found[0].text
    assert "48" in found[0].text


@pytest.mark.parametrize(
    ("scope", "limit", "clash"),
    [
        ("", 'value = 48, unit = "hours"', True),
        ("", 'value = 96, unit = "hours"', False),
        ("", 'value = 0, unit = "hours"', False),  # at once: from when it has been seen
        ("", 'word = "skyndsamt"', False),
        ('platform_kind = "facebook"', 'value = 24, unit = "hours"', True),
    ],
)
def test_4_a_conflict_is_found_wherever_it_is_and_only_there(scope, limit, clash):
    watch = scoped("", 'interval = 1, unit = "days", days = "working_days"', key="watch.interval")
    removal = scoped(scope, f"classes = [{{ {limit} }}]", key="removal.within")
    found = conflicts(Policy(loader.load(MINIMAL + watch + removal, "prov.toml").document))
    assert len(found) == clash


def test_5_noras_word_for_removal_is_not_disposal():
    assert value("nora", keys.DISPOSAL).word_used_for_removal == "yes"
    steps = value("nora", keys.REMOVAL_LADDER).steps
    assert steps[0] == "preserve"
    assert steps.index("hide") < steps.index("delete")


@pytest.mark.parametrize("municipality", ["sunne", "tibro"])
def test_6_copy_first_and_hide_first_are_both_met(municipality):
    ladder = value(municipality, keys.REMOVAL_LADDER)
    assert ladder.steps[:3] == ("preserve", "hide", "assess")


def test_6_the_order_of_each_source_is_kept():
    assert value("sunne", keys.REMOVAL_LADDER).as_in_source[:2] == ("preserve", "hide")  # hides, does not delete
    assert value("tibro", keys.REMOVAL_LADDER).as_in_source[0] == "preserve"


def test_7_overkalix_register_covers_other_services_than_social_media():
    assert value("overkalix", keys.PUBLIC_REGISTER).includes == "all_services"


def test_8_forshagas_administrators_are_those_who_answer():
    roles = value("forshaga", keys.CHANNEL_ROLES)
    assert roles.owners_are_administrators
    assert value("forshaga", keys.MINIMUM_ADMINISTRATORS).count == 2


@pytest.mark.parametrize("municipality", ["sunne", "tibro", "nora", "overkalix"])
def test_8_the_other_four_keep_owner_and_administrator_apart(municipality):
    rule = preset(municipality).rule(keys.CHANNEL_ROLES)
    assert rule is not None
    assert not rule.value.owners_are_administrators
    assert rule.value.count("owner").min == 1


def test_9_nora_keeps_its_weaker_yearly_snapshot():
    rule = preset("nora").rule(keys.SNAPSHOT_INTERVAL)
    assert rule.strength is Strength.BOR
    assert rule.value.every_months == 12
    assert "major_change" in rule.value.events


def test_10_overkalix_registers_factual_criticism():
    registration = value("overkalix", keys.REGISTRATION)
    criticism = [trigger for trigger in registration.triggers if "criticism" in trigger.key]
    assert criticism, "factual criticism is a trigger"
    assert criticism[0].strength in {None, Strength.SKA}
    assert preset("overkalix").rule(keys.REGISTRATION).strength is Strength.SKA
    assert registration.ordered_instead, "public comments in order need not be registered"


@pytest.mark.parametrize("municipality", ["sunne", "nora", "overkalix", "forshaga"])
def test_11_the_old_law_stands_with_the_current_beside_it(municipality):
    named = [item for item in preset(municipality).header.laws if item.law == "pul-1998"]
    assert named, "the source names PUL"
    found = law(named[0].law, TODAY)
    assert found.outdated
    assert [entry.id for entry in found.current] == ["gdpr-2016", "dataskyddslagen-2018"]


def test_11_a_law_was_current_while_it_was_in_force():
    assert not law("pul-1998", date(2014, 11, 12)).outdated
    assert [entry.sfs for entry in law("fl-1986", TODAY).current] == ["2017:900"]
    assert not law("bbs-1998", TODAY).outdated


def test_12_forshagas_view_of_comments_on_twitter_is_marked_as_stale():
    forshaga = preset("forshaga")
    told = [entry for entry in (*forshaga.rules, *forshaga.guidance) if "Twitter" in entry.text]
    assert [(entry.place, entry.strength) for entry in told] == [("policy_page", Strength.KAN)], "told, not carried"
    assert all(found.outdated for found in told[0].laws(TODAY))


def test_13_overkalix_cites_the_adopted_version_with_its_date():
    header = preset("overkalix").header
    assert header.adopted_on == date(2013, 11, 25)
    assert "XX" not in loader.load_preset("overkalix").content


def test_14_tibros_appendix_is_asked_for_though_we_have_not_seen_it():
    tibro = preset("tibro")
    companion = next(item for item in tibro.header.companions if item.key == "grundbudskap")
    assert (companion.obligatory, companion.available) == (True, False)
    text = value("tibro", keys.STANDARD_TEXT)
    assert text.obligatory
    assert [template.complete for template in text.templates] == [False]


def test_15_tibros_decision_names_the_address():
    assert {"channel", "address"} <= set(value("tibro", keys.DECISION_FIELDS).fields)


def test_16_a_platform_is_data_and_not_a_closed_list():
    some = starting.PlatformList(
        platforms=("myspace", "a-platform-of-2031"), mode="examples", as_named={"myspace": "Myspace"}
    )
    assert some.platforms == ("myspace", "a-platform-of-2031")
    assert "enum" not in str(starting.PlatformList.model_json_schema()["properties"]["platforms"])


@pytest.mark.parametrize("municipality", ["sunne", "nora", "overkalix", "forshaga", "tibro"])
def test_no_preset_lets_an_image_of_child_abuse_be_stored(municipality):
    rule = preset(municipality).rule(keys.PROHIBITED_CONTENT)
    if rule is None:
        pytest.fail("the preset lists no prohibited content")
    for category in rule.value.categories:
        assert category.evidence == "text_only" or category.key != "child_abuse_material"


@pytest.mark.parametrize(
    ("municipality", "approvals", "consultations", "written"),
    [
        ("sunne", 2, 0, False),
        ("tibro", 1, 1, True),
        ("nora", 3, 0, True),
        ("overkalix", 1, 1, False),
        ("forshaga", 0, 1, False),
    ],
)
def test_each_municipality_has_its_own_chain(municipality, approvals, consultations, written):
    steps = value(municipality, keys.APPROVAL_CHAIN).steps
    assert sum(step.kind == "approve" for step in steps) == approvals
    assert sum(step.kind == "consult" for step in steps) == consultations
    assert any(step.written for step in steps) is written


def test_a_rule_of_the_document_is_typed_by_its_key():
    document: PolicyDocument = loader.load_preset("tibro").document
    assert all(isinstance(rule, RuleEntry) for rule in document.rules)
    assert isinstance(value("tibro", keys.APPROVAL_CHAIN), starting.ApprovalChain)
