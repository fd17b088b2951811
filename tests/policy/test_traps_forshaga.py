"""What is easily read wrong in Forshaga's guidelines. The values are copied by hand from the document."""

import pytest

from kommun.policy import Policy, Scope, Strength, keys, loader


@pytest.fixture(scope="module")
def forshaga() -> Policy:
    return Policy(loader.load_preset("forshaga").document)


def test_the_information_unit_is_heard_and_nobody_approves(forshaga):
    chain = forshaga.rule(keys.APPROVAL_CHAIN).value
    assert [(step.kind, step.role) for step in chain.steps] == [("consult", "communications_unit")]
    assert chain.approvals == ()
    assert forshaga.role_label("communications_unit") == "Informationsenheten"


def test_two_administrators_answer_for_the_account_and_the_unit_is_not_one_of_them(forshaga):
    roles, minimum = forshaga.rule(keys.CHANNEL_ROLES), forshaga.rule(keys.MINIMUM_ADMINISTRATORS)
    assert roles.value.owners_are_administrators
    assert roles.value.count("administrator").min == 2
    assert roles.value.count("owner") is None
    assert roles.value.count("deputy") is None
    assert (minimum.value.count, minimum.value.central_counts, minimum.strength) == (2, False, Strength.SKA)


def test_log_ins_are_held_by_the_information_unit_and_by_the_administrators(forshaga):
    custody = forshaga.rule(keys.CREDENTIALS_CUSTODY).value
    assert (custody.place, set(custody.holders)) == ("held_by_role", {"communications_unit", "administrator"})


def test_the_sixteen_motives_are_common_and_none_is_required(forshaga):
    purposes = forshaga.rule(keys.PURPOSES)
    assert len(purposes.value.items) == 16
    assert (purposes.value.binding, purposes.strength) == (False, Strength.KAN)


def test_skyndsamt_is_no_number_and_holds_for_the_unlawful_only(forshaga):
    removal = forshaga.rule(keys.REMOVE_WITHIN).value
    for kind in ("statutory", "other_law"):
        limit = removal.limit("", kind)
        assert (limit.value, limit.hours, limit.word) == (None, None, "skyndsamt")
    assert removal.limit("", "house_rule") is None
    assert not removal.shown


def test_the_channel_promises_its_own_reply_time(forshaga):
    reply = forshaga.rule(keys.REPLY_WITHIN)
    assert (reply.value.value, reply.value.calendar, reply.value.set_by) == (None, None, "channel")
    assert (reply.value.shown, reply.strength) == (True, Strength.BOR)


def test_the_old_exemption_for_twitter_is_told_but_not_carried(forshaga):
    everything = (*forshaga.rules, *forshaga.guidance)
    assert {entry.scope for entry in everything} == {Scope()}, "no platform is treated apart"
    naming = [entry for entry in everything if "Twitter" in entry.text]
    assert [(entry.id, entry.law_ids) for entry in naming] == [("twitter_then", ("pul-1998",))]
    assert "visitors_data" in {item.id for item in forshaga.guidance_at("removal", Scope(platform_kind="x"))}


def test_nothing_is_said_to_need_the_diary_and_what_is_searchable_slips_it(forshaga):
    registration = forshaga.rule(keys.REGISTRATION).value
    assert registration.triggers == ()
    assert (registration.ordered_instead, registration.searchable, registration.order) == (True, True, None)


def test_disposal_rests_on_the_municipalitys_own_rules(forshaga):
    disposal = forshaga.rule(keys.DISPOSAL).value
    assert [basis.kind for basis in disposal.bases] == ["municipal_disposal_rules"]
    assert disposal.word_used_for_removal == "no"


def test_every_reply_is_signed_with_name_and_title(forshaga):
    signature = forshaga.rule(keys.REPLY_SIGNATURE)
    assert (signature.value.parts, signature.strength) == (("name", "title"), Strength.SKA)


def test_who_can_be_recognised_should_be_asked_and_no_age_is_named(forshaga):
    consent = forshaga.rule(keys.IMAGE_CONSENT)
    assert (consent.value.adult_form, consent.value.adult_who, consent.strength) == (
        "consent",
        ("identifiable",),
        Strength.BOR,
    )
    assert (consent.value.child_form, consent.value.child_age_limit) == (None, None)


def test_an_undated_document_gets_no_date(forshaga):
    header = forshaga.header
    assert (header.adopted_by, header.adopted_on, header.valid_from, header.review_on) == (None, None, None, None)


def test_where_the_document_is_silent_there_is_no_rule(forshaga):
    assert [str(kind.key) for kind in forshaga.silent_kinds] == [
        "decision.fields",
        "prestart.documents",
        "authentication.strong",
        "absence.cover",
        "account.standard_text",
        "watch.interval",
        "removal.evidence",
        "removal.police_report",
        "reply.critical_mass",
        "snapshot.interval",
        "snapshot.format",
        "snapshot.delivery",
        "activity.minimum",
        "channel.closing",
        "policy.enforcement",
    ]
