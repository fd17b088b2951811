"""Every kind of rule can be said in plain Swedish, and a new version can be laid beside the old one."""

import pytest

from kommun.policy import Policy, Scope, Strength, keys, loader
from kommun.policy.compare import changes
from kommun.policy.describe import as_lines, describe, scope_words
from kommun.policy.describe.base import DESCRIBERS
from kommun.policy.keys import KINDS
from tests.policy.samples import MINIMAL, changed, scoped


def compiled(text: str = MINIMAL) -> Policy:
    return Policy(loader.load(text, "prov.toml").document)


def lines(text: str, key: str = "reply.within") -> list[str]:
    policy = compiled(text)
    return as_lines(next(rule for rule in policy.rules if rule.key == key), policy)


def test_every_kind_has_its_words():
    assert set(DESCRIBERS) == {str(kind.key) for kind in KINDS}


@pytest.mark.parametrize("name", loader.preset_names())
def test_every_rule_of_a_preset_says_something_and_nothing_twice_in_a_row(name):
    policy = Policy(loader.load_preset(name).document)
    for rule in policy.rules:
        parts = describe(rule, policy)
        assert parts, rule.key
        for part in parts:
            assert part.label
            assert part.points
            for point in part.points:
                assert point.text.strip(), (rule.key, part.label)
                assert ".." not in f"{point.text} {point.detail}"
                assert "  " not in point.detail
                assert not any(word in f"{point.text} {point.detail}" for word in ("None", "_("))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('value = 48\nunit = "hours"\ncalendar = "working_days"', "Svarstid: 48 timmar. Räknas bara på vardagar."),
        ('value = 48\nunit = "hours"\ncalendar = "clock"', "Svarstid: 48 timmar. Räknas dygnet runt, även på helger."),
        (
            'value = 1\nunit = "days"',
            "Svarstid: 1 dag. Dokumentet säger inte hur tiden räknas. Systemet räknar dygnet runt, även på helger.",
        ),
        (
            'word = "skyndsamt"',
            "Svarstid: Skyndsamt. Inget antal timmar eller dagar är bestämt. Systemet visar hur gammalt det är.",
        ),
        ('value = 0\nunit = "hours"', "Svarstid: Genast"),
        (
            'value = 2\nunit = "days"\ncalendar = "clock"\nword = "snarast"',
            "Svarstid: Snarast, senast inom 2 dagar. Räknas dygnet runt, även på helger.",
        ),
    ],
)
def test_a_deadline_says_how_it_is_counted(value, said):
    assert lines(changed('value = 48\nunit = "hours"', value)) == [said]


@pytest.mark.parametrize(
    ("municipality", "steps"),
    [
        ("sunne", ["1. Närmaste chef och Kommunikationsstrateg godkänner tillsammans"]),
        ("tibro", ["1. IT- och kommunikationschef rådfrågas", "2. Förvaltningschef godkänner. Skriftligt."]),
        ("forshaga", ["1. Informationsenheten rådfrågas"]),
    ],
)
def test_a_chain_is_an_ordered_list_in_the_words_of_the_municipality(municipality, steps):
    policy = Policy(loader.load_preset(municipality).document)
    said = as_lines(policy.rule(keys.APPROVAL_CHAIN), policy)
    assert said[: len(steps)] == [f"Steg i ordning: {step}" for step in steps]
    assert any("inte vem som beslutar" in line for line in said) == (municipality == "forshaga")


def test_a_scope_is_said_in_words():
    assert scope_words(Scope()) == ""
    assert scope_words(Scope(platform_kind="x", department="skola")) == "förvaltningen skola, plattformen X"


def test_the_same_policy_has_no_changes():
    assert changes(compiled(), compiled()).count == 0


def test_a_longer_time_is_looser_and_a_shorter_is_stricter():
    longer = changes(compiled(), compiled(changed("value = 48", "value = 72")))
    assert [(change.what, change.title, change.direction) for change in longer.rules] == [
        ("changed", "Svarstid", "looser")
    ]
    (shift,) = longer.rules[0].shifts
    assert shift.before[0].startswith("Svarstid: 48 timmar.")
    assert shift.after[0].startswith("Svarstid: 72 timmar.")
    assert longer.looser == 1
    shorter = changes(compiled(), compiled(changed("value = 48", "value = 24")))
    assert [change.direction for change in shorter.rules] == ["stricter"]
    assert shorter.looser == 0


def test_a_weaker_word_is_looser():
    weaker = compiled(changed('strength = "bör"', 'strength = "kan"'))
    assert weaker.rule(keys.REPLY_WITHIN).strength is Strength.KAN
    assert changes(compiled(), weaker).rules[0].direction == "looser"


def test_rules_that_come_and_go_are_told_apart_by_scope():
    more = compiled(MINIMAL + scoped('platform_kind = "facebook"', 'value = 24, unit = "hours", set_by = "policy"'))
    there, back = changes(compiled(), more), changes(more, compiled())
    assert [(change.what, change.scope) for change in there.rules] == [("added", "plattformen Facebook")]
    assert [(change.what, change.scope) for change in back.rules] == [("removed", "plattformen Facebook")]
    assert back.looser == 1


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ('adopted_by = "Kommunstyrelsen"', "Antaget av"),
        ('revisions = [{ decided_by = "Kommunstyrelsen", decided_on = 2026-02-01 }]', "Ändrat"),
        ('owner_role = "strategist"', "Ansvarar för dokumentet"),
        ('bound = [{ who = "Alla", how = "bound" }]', "Binder"),
        ('norms = ["En checklista"]', "Bygger på"),
        ('notes = ["Något att veta"]', "Anmärkningar"),
    ],
)
def test_everything_that_the_header_says_is_compared(line, label):
    found = changes(compiled(), compiled(changed("valid_from", f"{line}\nvalid_from")))
    assert [(shift.label, shift.before) for shift in found.header] == [(label, ())]


def test_a_law_that_a_rule_leans_on_is_compared():
    found = changes(compiled(), compiled(changed('text = "Minst två."', 'text = "Minst två."\nlaw = ["fl-2017"]')))
    assert [shift.after for shift in found.rules[0].shifts] == [("Förvaltningslagen (2017:900)",)]


def test_the_header_the_names_of_roles_and_the_texts_are_compared_too():
    text = changed('title = "Riktlinjer', 'title = "Nya riktlinjer', 1)
    text = text.replace('owner = ["Kontoansvarig"]', 'owner = ["Kanalägare"]').replace("Var vänlig.", "Var snäll.")
    found = changes(compiled(), compiled(text))
    assert [shift.label for shift in found.header] == ["Titel", "Rollen Kontoansvarig"]
    assert [(change.what, change.shifts[0].before) for change in found.guidance] == [("changed", ("Var vänlig.",))]
    assert found.rules == ()
