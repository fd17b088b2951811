"""The questions follow the policy: what it asks for is asked, what it is silent on is not demanded."""

import pytest

from accounts.actor import Actor
from channels.questions import Facts, Kind, Status, missing, part_status, parts, parts_of, problem, summary
from channels.questions.appearance import Prefill
from channels.questions.catalogue import Source
from kommun import policy
from kommun.policy import Scope, Strength, keys, loader
from tests.applications import adopt_preset, make_application, make_municipality

PRESETS = sorted(path.stem for path in loader.PRESETS.glob("*.toml"))


@pytest.fixture
def adopted(cast):
    make_municipality()

    def adopt(name):
        return adopt_preset(name, Actor(cast.administrator))

    return adopt


def asked(version, scope=None):
    return {question.field_name: question for part in parts(version, scope or Scope()) for question in part.questions}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_gives_questions_that_can_be_answered_and_sent(preset, adopted, cast):
    adopted(preset)
    application = make_application(cast)
    assert [question.key for question in missing(application)] == []
    facts = Facts.load(application)
    statuses = {part.key: part_status(application, part, facts=facts) for part in parts_of(application)}
    assert Status.MISSING not in statuses.values()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_question_of_every_preset_has_words_and_a_rule_that_cites(preset, adopted):
    for name, question in asked(adopted(preset)).items():
        assert question.label, name
        assert question.short, name
        if question.required:
            assert question.error, name
        if question.rule is not None:
            assert question.rule.cite(), name


@pytest.mark.parametrize("preset", PRESETS)
def test_an_empty_draft_misses_every_mandatory_answer_and_nothing_else(preset, adopted, cast):
    version = adopted(preset)
    application = make_application(cast)
    application.answers = {}
    application.attachments.all().delete()
    wanted = {question.field_name for question in missing(application)}
    assert {name for name, question in asked(version).items() if question.required} <= wanted
    assert not {name for name, question in asked(version).items() if question.is_optional} & wanted
    assert {"name", "unit", "platform", "address", "purpose"} <= wanted


@pytest.mark.policy("decision.fields")
def test_tibro_asks_for_what_its_decision_states_and_its_own_purposes(adopted):
    questions = asked(adopted("tibro"))
    for name in ("purpose", "audience", "address", "owner", "deputy", "purposes"):
        assert questions[name].required, name
        assert questions[name].rule is not None, name
    assert len(questions["purposes"].choices) == 4
    assert questions["administrators"].min_count == 2
    assert "avsnitt 2" in questions["owner"].rule.cite()


@pytest.mark.policy("account.information")
def test_tibro_asks_for_each_item_with_its_own_strength(adopted):
    questions = asked(adopted("tibro"))
    assert questions["display-purpose"].strength is Strength.SKA
    assert questions["display-purpose"].required
    assert questions["display-phone"].strength is Strength.BOR
    assert questions["display-phone"].wants_note
    assert questions["display-logotype"].kind is Kind.CONFIRM
    assert questions["display-standard_text"].required


def test_a_part_without_questions_vanishes(adopted):
    version = adopted("tibro")
    assert policy.rule(keys.PRESTART_DOCUMENTS, version=version) is None
    assert "documents" not in [part.key for part in parts(version, Scope())]


def test_without_a_policy_only_what_the_register_needs_is_asked(db):
    questions = asked(None)
    assert all(question.rule is None for question in questions.values())
    assert {name for name, question in questions.items() if question.required} == {
        "name",
        "unit",
        "purpose",
        "platform",
        "address",
        "visibility",
        "owner",
    }


@pytest.mark.policy("channel.roles")
def test_in_forshaga_the_administrators_are_the_owners(adopted):
    questions = asked(adopted("forshaga"))
    assert "owner" not in questions
    assert "deputy" not in questions
    assert questions["administrators"].required
    assert questions["administrators"].min_count == 2


@pytest.mark.policy("prestart.documents")
def test_nora_asks_for_the_activity_plan(adopted):
    questions = asked(adopted("nora"))
    files = [question for question in questions.values() if question.kind is Kind.FILE]
    assert any(question.required for question in files)


@pytest.mark.policy("prestart.documents")
def test_sunne_asks_the_owner_to_read(adopted):
    questions = asked(adopted("sunne"))
    readings = [question for question in questions.values() if question.kind is Kind.READING]
    assert readings
    assert all("owner" in question.options["readers"] for question in readings)


@pytest.mark.policy("platforms.list")
def test_sunne_keeps_a_list_of_platforms(adopted, cast):
    adopted("sunne")
    application = make_application(cast)
    question = next(q for part in parts_of(application) for q in part.questions if q.key == "platform")
    facts = Facts.load(application)
    other = next(key for key in facts.platforms if key not in question.rule.value.platforms)
    assert problem(question, {**application.answers, "platform": other}, facts)
    assert not problem(question, application.answers, facts)


def test_the_deputy_is_somebody_else(adopted, cast):
    adopted("tibro")
    application = make_application(cast, deputy=cast.owner.pk)
    assert [question.key for question in missing(application)] == ["deputy"]


def test_two_administrators_are_two_persons(adopted, cast):
    adopted("tibro")
    application = make_application(cast, administrators=[cast.owner.pk, cast.owner.pk])
    (question,) = missing(application)
    assert question.key == "administrators"
    assert "2" in question.error


def test_somebody_who_has_left_cannot_answer_for_a_channel(adopted, cast):
    adopted("tibro")
    application = make_application(cast)
    cast.owner.is_active = False
    cast.owner.save()
    assert "owner" in [question.key for question in missing(application)]


@pytest.mark.policy("reply.within")
@pytest.mark.parametrize(
    ("hours", "fine"), [(1, True), (48, True), (49, False), (10**6, False), (0, False), (-5, False)]
)
def test_a_promise_may_be_stricter_than_the_rule_never_looser(adopted, cast, hours, fine):
    adopted("tibro")
    application = make_application(cast, reply_hours=hours)
    assert ("reply_hours" not in [question.key for question in missing(application)]) == fine


@pytest.mark.parametrize(
    "nonsense", [True, "2", [], {}, [[]], {"a": 1}, 3.5, -1, 2**70, "å" * 5000, "\U0001f600", None, [None, "x", {}]]
)
def test_answers_that_make_no_sense_are_missing_and_never_break_a_page(adopted, cast, nonsense):
    adopted("tibro")
    application = make_application(cast)
    for key in [key for key in application.answers if key not in {"display", "confirmations"}]:
        spoiled = {**application.answers, key: nonsense}
        application.answers, before = spoiled, application.answers
        missing(application)
        summary(application)
        application.answers = before


def test_the_summary_is_in_words(adopted, cast):
    adopted("tibro")
    application = make_application(cast)
    words = {question.field_name: text for _part, rows in summary(application) for question, text in rows}
    assert words["owner"] == cast.owner.role
    assert words["unit"] == "Biblioteksenheten"
    assert words["platform"] == "Facebook"
    assert words["visibility"].startswith("Ja")
    assert str(cast.owner.pk) not in words["administrators"]


def test_texts_to_show_are_suggested_from_what_is_known(adopted, cast):
    version = adopted("tibro")
    municipality = make_municipality(switchboard="0505-180 00")
    prefill = Prefill(Source(version, Scope()), {"purpose": "Visa boktips", "reply_hours": 48}, cast.unit, municipality)
    assert prefill.text("sender") == "Ekhults kommun, Biblioteksenheten"
    assert prefill.text("purpose") == "Visa boktips"
    assert prefill.text("phone") == "0505-180 00"
    assert "48 timmar på vardagar" in prefill.text("reply_time")
    assert "48" in prefill.text("removal_time")
    assert "Reklam" in prefill.text("prohibited_content")
    assert prefill.text("something_new") == ""


def test_the_facts_cost_the_same_for_one_person_and_for_many(adopted, cast, django_assert_max_num_queries):
    from tests.factories import UserFactory

    adopted("tibro")
    application = make_application(cast)
    UserFactory.create_batch(40, unit=cast.unit)
    with django_assert_max_num_queries(16):
        facts = Facts.load(application)
        asked_for = parts_of(application)
        missing(application, facts=facts, of=asked_for)
        for part in asked_for:
            part_status(application, part, facts=facts)
        summary(application, facts=facts, of=asked_for)
