"""The rulebook page: what is said of every rule, the law beside, what held before, and who may read what."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from kommun import policy
from kommun.models import Municipality
from kommun.policy import loader
from kommun.policy.actions import CommandActor, adopt, import_draft
from kommun.policy.lookup import compile_version
from kommun.rulebook import CHAPTERS, anchor_of
from kommun.templatetags.ui import anchor
from tests.policy.samples import MINIMAL, changed, scoped

pytestmark = pytest.mark.django_db
OPERATOR = CommandActor(label="Driften")
TODAY = timezone.localdate


def put_in_force(text, **kwargs):
    draft = import_draft(toml_text=text, filename="prov.toml", actor=OPERATOR)
    return adopt(version_id=draft.pk, actor=OPERATOR, **kwargs)


def preset(name):
    return put_in_force((loader.PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


def page(client, query=""):
    response = client.get(reverse("rulebook") + query)
    assert response.status_code == 200
    return response.content.decode()


def test_every_kind_stands_in_one_chapter():
    numbers = [number for _anchor, _title, chapter in CHAPTERS for number in chapter]
    assert sorted(numbers) == list(range(1, 34))


def test_links_to_a_rule_from_other_pages_lead_there():
    for key in ("approval.chain", "records.registration", "account.standard_text"):
        assert anchor_of(key) == anchor(key)


@pytest.mark.parametrize("name", loader.preset_names())
def test_every_rule_and_text_of_a_preset_stands_on_the_page_with_its_source(client, name):
    version = preset(name)
    said = page(client)
    compiled = compile_version(version)
    for rule in compiled.rules:
        assert f'id="{anchor(rule.key)}"' in said
        for text in (rule.text, rule.effect, rule.cite(), rule.kind.title):
            assert escape(str(text)) in said
    for text in compiled.guidance:
        assert escape(text.text) in said
        assert escape(text.cite()) in said
    for kind in compiled.silent_kinds:
        assert f'<li id="{anchor(kind.key)}">{kind.title}</li>' in said
    ids = re.findall(r'\bid="([^"]+)"', said)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', said):
        assert target in ids


def test_the_facts_of_the_document_stand_first(client):
    preset("tibro")
    said = page(client)
    for fact in ("Ledningsgruppen", "3 november 2021", "2021-000028.003", "1 januari 2026", "Kommunikationschef"):
        assert fact in said
    assert "Bilaga: Grundbudskap" in said


def test_a_law_that_has_been_replaced_has_the_current_one_beside_it(client):
    preset("nora")
    said = page(client)
    assert "Dokumentet nämner lagar som har ersatts" in said
    law = re.search(r"Personuppgiftslagen \(1998:204\)(.*?)</td>", said, re.DOTALL)[1]
    assert "Ersatt" in law
    assert "Dataskyddsförordningen, (EU) 2016/679" in law


def test_rules_that_cannot_both_be_kept_are_shown_at_the_top_and_at_both(client):
    preset("tibro")
    said = page(client)
    assert said.count("Det kan gå 72 timmar mellan två bevakningar") == 3
    assert '<a href="#regel-watch-interval">Bevakning</a>' in said


def test_a_rule_for_a_part_of_the_municipality_says_so_and_has_an_address_of_its_own(client):
    put_in_force(MINIMAL + scoped('platform_kind = "facebook"', 'value = 24, unit = "hours", set_by = "policy"'))
    said = page(client)
    assert 'id="regel-reply-within"' in said
    assert 'id="regel-reply-within-2"' in said
    assert "Bara för plattformen Facebook" in said


def test_a_search_keeps_what_has_all_the_words(client):
    preset("tibro")
    said = page(client, "?sok=barn+BILDER")
    assert "träffar på ”barn BILDER”" in said
    assert 'id="regel-images-consent"' in said
    assert 'id="regel-approval-chain"' not in said


def test_a_search_without_a_hit_offers_the_way_back(client):
    preset("tibro")
    said = page(client, "?sok=zeppelinare")
    assert "Inget i regelverket har de orden" in said
    assert "Visa allt" in said


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\x00", "%", "'" * 500, "å" * 500])
def test_a_hostile_search_is_only_text(client, words):
    preset("tibro")
    response = client.get(reverse("rulebook"), {"sok": words})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_what_held_before_can_be_read(client):
    first = put_in_force(MINIMAL)
    put_in_force(changed("value = 48", "value = 24"))
    old, new = page(client, f"?version={first.number}"), page(client)
    assert "48 timmar" in old
    assert "Den här versionen gäller inte i dag" in old
    assert "24 timmar" in new
    assert "48 timmar" not in new


@pytest.mark.parametrize("asked", ["7", "0", "abc", "-1", "1e3", "9" * 40, "0" * 11 + "12", "²", "١"])
def test_a_version_that_does_not_exist_is_not_found(client, asked):
    put_in_force(MINIMAL)
    assert client.get(reverse("rulebook"), {"version": asked}).status_code == 404


def test_a_version_that_begins_later_is_announced_but_does_not_hold(client):
    put_in_force(MINIMAL)
    later = put_in_force(changed("value = 48", "value = 24"), valid_from=TODAY() + timedelta(days=9))
    assert "48 timmar" in page(client)
    assert "Den här versionen gäller inte i dag" in page(client, f"?version={later.number}")


def test_without_a_policy_the_page_says_so(client, cast):
    assert "Inget regelverk gäller än" in page(client)
    client.force_login(cast.strategist)
    assert reverse("policy_upload") in page(client)


def test_everybody_may_read_it_and_only_staff_get_the_menu(client, cast):
    preset("sunne")
    assert 'aria-label="Huvudmeny"' not in page(client)
    client.force_login(cast.outsider)
    assert 'aria-label="Huvudmeny"' in page(client)


def test_the_page_asks_the_same_number_of_questions_whatever_the_size(client, django_assert_max_num_queries):
    preset("tibro")
    page(client)
    with django_assert_max_num_queries(6):
        page(client)


def test_the_review_is_announced_when_it_is_near_and_when_it_has_passed(client, cast):
    put_in_force(changed("review_on = 2027-01-01", f"review_on = {TODAY() + timedelta(days=60)}"))
    assert "Regelverket ska ses över senast" in page(client)
    put_in_force(changed("review_on = 2027-01-01", f"review_on = {TODAY() - timedelta(days=1)}"))
    assert "Regelverket skulle ha setts över senast" in page(client)
    put_in_force(changed("review_on = 2027-01-01", f"review_on = {TODAY() + timedelta(days=91)}"))
    assert "ses över senast <time" not in page(client).split('id="dokumentet"')[0]


def test_the_start_page_reminds_those_who_prepare_the_policy(client, cast):
    put_in_force(changed("review_on = 2027-01-01", f"review_on = {TODAY() + timedelta(days=30)}"))
    for person, reminded in (
        (cast.strategist, True),
        (cast.it_communications_manager, True),
        (cast.nearest_manager, False),
    ):
        said = _signed_in(person).get(reverse("start")).content.decode()
        assert ("Regelverket ska ses över" in said) is reminded


def _signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def test_the_reminder_follows_the_policys_own_days():
    preset("tibro")  # reminds 180 and 30 days before 2026-01-01
    assert policy.policy_review_due(date(2025, 7, 4)) is None
    due = policy.policy_review_due(date(2025, 7, 5))
    assert (due.days_left, due.passed, due.owner) == (180, False, "Kommunikationschef")
    assert policy.policy_review_due(date(2026, 1, 2)).passed


def test_a_policy_without_a_review_day_reminds_nobody():
    put_in_force(changed("review_on = 2027-01-01\n", ""))
    assert policy.policy_review_due(date(2040, 1, 1)) is None


def test_the_municipality_is_named_in_the_title(client):
    Municipality.objects.create(pk=1, name="Ekhults kommun")
    preset("sunne")
    assert "<title>Regelverk – Ekhults kommun</title>" in page(client)


def test_the_schema_and_the_file_are_there_for_everybody(client):
    version = put_in_force(MINIMAL)
    schema = client.get(reverse("policy_schema"))
    assert schema.json()["title"] == "Kanalkollen policy"
    file = client.get(reverse("policy_file", args=[version.number]))
    assert file.content.decode() == MINIMAL
    assert file["Content-Type"].startswith("application/toml")
    assert 'filename="regelverk-provkommun-1.toml"' in file["Content-Disposition"]


@pytest.mark.parametrize("name", loader.preset_names())
def test_a_preset_can_be_fetched_and_read_back(client, name):
    file = client.get(reverse("policy_preset", args=[name]))
    assert loader.load(file.content, f"{name}.toml").document.policy.municipality == name


def test_a_preset_that_does_not_exist_is_not_found(client):
    assert client.get(reverse("policy_preset", args=["atlantis"])).status_code == 404
