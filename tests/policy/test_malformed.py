"""Files that cannot be used: each gets a list of what to mend, in Swedish, never a traceback."""

import pytest

from kommun.policy import PolicyFileError, loader
from tests.policy.samples import MINIMAL, changed, scoped

STEP = '{ kind = "approve", role = "nearest_manager", group = 1 }'
NEST = "[" * 3000 + "]" * 3000

# (what is wrong, the file, what the list must say)
KINDS = [
    ("empty", b"", "Filen är tom"),
    ("blank", b" \n\t\n", "Filen är tom"),
    ("not utf-8", MINIMAL.encode("latin-1"), "inte sparad som UTF-8"),
    ("utf-16", MINIMAL.encode("utf-16"), "UTF-16"),
    ("surrogates in text", MINIMAL + "# \ud800", "tecken som inte går att spara"),
    ("binary", b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "inte sparad som UTF-8"),
    ("too big", MINIMAL.encode() + b"#" * (1024 * 1024), "för stor"),
    ("a null character", MINIMAL.encode() + b"\x00", "Tecknet får inte stå här|varken en nyckel|kan inte börja"),
    ("an escaped null character", changed('"Var vänlig."', '"Var\\u0000vänlig."'), "osynligt styrtecken"),
    ("a control character in a key", MINIMAL + '\n["a\\u0007b"]\n', "osynligt styrtecken"),
    ("json", b'{"policy": {}}', "varken en nyckel|kan inte börja"),
    ("no equals sign", changed('kind = "riktlinjer"', 'kind "riktlinjer"'), "Väntade ="),
    ("no value", changed('kind = "riktlinjer"', "kind ="), "Väntade ett värde"),
    ("no quotes", changed('kind = "riktlinjer"', "kind = riktlinjer"), "Väntade ett värde"),
    ("an open text", changed('kind = "riktlinjer"', 'kind = "riktlinjer'), "tre citattecken|citattecken saknas"),
    ("an open list", changed('owner = ["Kontoansvarig"]', 'owner = ["Kontoansvarig"'), "Listan är inte avslutad"),
    ("an open inline table", changed(STEP, STEP[:-2]), "Tabellen är inte avslutad"),
    ("an open table name", changed("[sections]", "[sections"), "inte avslutat"),
    ("two keys on a line", changed('kind = "riktlinjer"', 'kind = "riktlinjer" a = 1'), "bara en nyckel per rad"),
    ("a repeated key", changed("schema = 1", "schema = 1\nschema = 1"), "Nyckeln står redan"),
    ("a repeated table", MINIMAL + "\n[sections]\n", "Tabellen finns redan"),
    ("a table declared as a list", MINIMAL + "\n[[policy]]\n", "finns redan|fyllas på|får stå en gång"),
    ("a wrong escape", changed('"Var vänlig."', '"C:\\mapp"'), "omvända snedstreck"),
    ("a date that does not exist", changed("2025-01-01", "2025-02-30"), "Datumet finns inte"),
    ("lists without end", MINIMAL + f"\nx = {NEST}\n", "för djupt"),
    ("deep lists", changed('owner = ["Kontoansvarig"]', f"owner = {'[' * 40}{']' * 40}"), "för djupt"),
    ("an endless number", changed("count = 2", "count = inf"), "Väntade ett heltal"),
    ("a decimal", changed("count = 2", "count = 2.5"), "Väntade ett heltal"),
    ("a huge number", changed("count = 2", f"count = {'9' * 60}"), "för stort"),
    ("a number too large", changed("count = 2", "count = 21"), "inte vara större än 20"),
    ("a number too small", changed("count = 2", "count = 0"), "inte vara mindre än 1"),
    ("a number as text", changed("count = 2", 'count = "2"'), "Väntade ett heltal, utan citattecken. Hittade ”2”"),
    ("a truth as text", changed("central_counts = false", 'central_counts = "nej"'), "Väntade true eller false"),
    ("a text as number", changed('title = "Riktlinjer för sociala medier"', "title = 7"), "text inom citattecken"),
    ("a list as text", changed('owner = ["Kontoansvarig"]', 'owner = "Kontoansvarig"'), "lista inom hakparenteser"),
    ("a table as text", changed('[sections]\n"1" = "Ansvar"\n"2" = "Svar"', "") + "\n", "Nyckeln ”sections” saknas"),
    ("a rule that is no table", changed("[[guidance]]", "[[guidance]]\nscope = 3\n"), "Väntade en tabell"),
    ("no schema", changed("schema = 1", ""), "Nyckeln ”schema” saknas"),
    ("another schema", changed("schema = 1", "schema = 2"), "Väntade något av: 1"),
    ("no header", MINIMAL.replace("[policy]", "[polisy]"), "Nyckeln ”policy” saknas"),
    ("an unknown table", MINIMAL + "\n[gidance]\n", "Menade du ”guidance”?"),
    ("an unknown key in a rule", changed("effect =", "efect ="), "Menade du ”effect”?"),
    ("an unknown key in a value", changed("central_counts", "central_count"), "Menade du ”central_counts”?"),
    ("an unknown key in a list", changed("group = 1", "grupp = 1"), "Menade du ”group”?"),
    ("no rules", MINIMAL.split("[[rules]]")[0], "Nyckeln ”rules” saknas"),
    ("an empty list of rules", "rules = []\n" + MINIMAL.split("[[rules]]")[0], "ska vara minst 1"),
    ("a rule without key", changed('key = "approval.chain"\n', ""), "Regeln saknar ”key”"),
    ("an unknown kind of rule", changed("approval.chain", "aproval.chain"), "Menade du ”approval.chain”?"),
    ("an unknown strength", changed('strength = "ska"', 'strength = "måste"'), "ska, bör, kan"),
    ("strength without the dots", changed('strength = "bör"', 'strength = "bor"'), "Menade du ”bör”?"),
    ("an unknown role", changed('"nearest_manager"', '"nearest_manger"'), "Menade du ”nearest_manager”?"),
    ("a role label for no role", changed("owner = [", "ower = ["), "Menade du ”owner”?"),
    ("one label for two roles", changed('"Kommunikatör"', '"kontoansvarig"'), "används redan för rollen owner"),
    ("no role labels in a list", changed('["Kontoansvarig"]', "[]"), "ska vara minst 1"),
    ("an unknown place", changed('place = "reply"', 'place = "replies"'), "Menade du ”reply”?"),
    ("a date as words", changed("valid_from = 2025-01-01", 'valid_from = "i år"'), "Väntade ett datum"),
    ("a date with a clock", changed("2025-01-01", "2025-01-01T12:00:00"), "Väntade ett datum"),
    ("review before start", changed("review_on = 2027-01-01", "review_on = 2024-01-01"), "efter den dag"),
    ("an unknown section", changed('sections = ["2"]', 'sections = ["9"]'), "står inte under [sections]"),
    ("no source", changed('sections = ["2"]', "sections = []"), "Ange källan"),
    ("a cell that cannot be", changed('covers = ["C1"]', 'covers = ["Z99"]'), "rad i regelmatrisen"),
    ("a cell named twice", changed('covers = ["C1"]', 'covers = ["C1", "C1"]'), "två gånger i ”covers”"),
    ("an unknown law", changed('covers = ["C1"]', 'law = ["bbs-1989"]'), "Menade du ”bbs-1998”?"),
    ("an empty text", changed('"Var vänlig."', '"  "'), "Texten är tom"),
    ("a text without end", changed('"Var vänlig."', f'"{"a" * 5000}"'), "högst 4000 tecken"),
    ("a key with a space", changed('id = "tone"', 'id = "min ton"'), "små bokstäver a–z"),
    ("a deadline without unit", changed('unit = "hours"\n', ""), "behöver också ”unit”"),
    ("a deadline with a unit alone", changed("value = 48\n", ""), "Ange ”value”, eller ta bort"),
    ("a deadline with nothing", changed('value = 48\nunit = "hours"\n', ""), "ett tal (”value”) eller ett ord"),
    ("a chain without steps", changed(f"[{STEP}]", "[]"), "ska vara minst 1"),
    ("steps out of order", changed(STEP, STEP.replace("1 }", "2 }") + ", " + STEP), "Stegen ska stå i ordning"),
    ("a repeated step", changed(STEP, f"{STEP}, {STEP}"), "Samma steg står två gånger"),
    (
        "a repeated rule",
        MINIMAL + scoped("", 'value = 24, unit = "hours", set_by = "policy"'),
        "finns redan för samma område",
    ),
    ("a repeated guidance", MINIMAL + "\n[[guidance]]" + MINIMAL.split("[[guidance]]")[1], "”tone” står två gånger"),
    (
        "a looser rule for a channel",
        MINIMAL + scoped('channel = "x"', 'value = 72, unit = "hours", set_by = "policy"'),
        "Den får bara vara strängare",
    ),
    (
        "a weaker rule for a channel",
        MINIMAL + scoped('channel = "x"', 'value = 24, unit = "hours", set_by = "policy"', strength="kan"),
        "Den får bara vara strängare",
    ),
    (
        "a ladder that hides before it preserves",
        MINIMAL + scoped("", 'steps = ["hide", "preserve"]', key="removal.ladder"),
        "inget döljs innan det är bevarat",
    ),
    (
        "criticism forbidden",
        MINIMAL
        + scoped(
            "",
            'criticism_is_allowed = false, categories = [{ key = "x", title = "X", kind = "house_rule" }]',
            key="content.prohibited",
        ),
        "Kritik kan inte förbjudas",
    ),
    (
        "images of child abuse stored",
        MINIMAL
        + scoped(
            "",
            'categories = [{ key = "child_abuse_material", title = "X", kind = "statutory", law = ["bbs-1998"] }]',
            key="content.prohibited",
        ),
        "får aldrig sparas",
    ),
    (
        "a purpose that must be chosen from none",
        MINIMAL + scoped("", "binding = true, free_text = true", key="channel.purposes"),
        "Minst ett syfte",
    ),
]


def test_the_small_file_is_good():
    assert len(loader.load(MINIMAL, "prov.toml").document.rules) == 3


def test_there_are_at_least_fifty_kinds():
    assert len({name for name, _file, _said in KINDS}) == len(KINDS) >= 50


@pytest.mark.parametrize(
    ("file", "said"), [(file, said) for _name, file, said in KINDS], ids=[name for name, *_rest in KINDS]
)
def test_a_malformed_file_is_answered_in_plain_words(file, said):
    with pytest.raises(PolicyFileError) as refused:
        loader.load(file, "prov.toml")
    text = str(refused.value)
    assert any(part in text for part in said.split("|")), text
    assert all(problem.file == "prov.toml" and problem.expected for problem in refused.value.problems)
    assert "Traceback" not in text
    assert "pydantic" not in text


def test_a_problem_names_file_line_path_and_rule():
    file = changed('"nearest_manager"', '"nearest_manger"')
    line = next(number for number, text in enumerate(file.splitlines(), start=1) if "nearest_manger" in text)
    with pytest.raises(PolicyFileError) as refused:
        loader.load(file, "prov.toml")
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule, problem.line) == ("rules[0].value.steps[0].role", "approval.chain", line)
    assert str(problem).startswith(f"prov.toml, rad {line}, rules[0].value.steps[0].role i regeln approval.chain: ")
    assert "Hittade ”nearest_manger”" in str(problem)


def test_everything_wrong_is_said_at_once():
    file = (
        changed("count = 2", 'count = "2"').replace("2027-01-01", '"snart"').replace('place = "reply"', 'place = "x"')
    )
    with pytest.raises(PolicyFileError) as refused:
        loader.load(file, "prov.toml")
    assert {problem.path for problem in refused.value.problems} == {
        "policy.review_on",
        "rules[2].value.count",
        "guidance[0].place",
    }


def test_a_line_is_right_after_texts_over_several_lines():
    file = changed('"Var vänlig."', '"""\nVar\n[[rules]]\nkey = vänlig"""').replace(
        'moment = "when_answering"', 'moment = "x"'
    )
    line = next(number for number, text in enumerate(file.splitlines(), start=1) if text == 'moment = "x"')
    with pytest.raises(PolicyFileError) as refused:
        loader.load(file + "\n", "prov.toml")
    assert [problem.line for problem in refused.value.problems] == [line]


def test_a_mark_at_the_start_of_the_file_is_harmless():
    assert (
        loader.load(b"\xef\xbb\xbf" + MINIMAL.encode(), "prov.toml").digest == loader.load(MINIMAL, "prov.toml").digest
    )


def test_line_ends_of_another_system_are_harmless():
    assert loader.load(MINIMAL.replace("\n", "\r\n"), "prov.toml").digest == loader.load(MINIMAL, "prov.toml").digest


def test_a_missing_file_and_a_folder_are_answered(tmp_path):
    with pytest.raises(PolicyFileError, match="finns inte"):
        loader.load_file(tmp_path / "saknas.toml")
    with pytest.raises(PolicyFileError, match="mapp"):
        loader.load_file(tmp_path)


def test_an_unknown_preset_gets_a_suggestion():
    with pytest.raises(PolicyFileError, match="Menade du ”tibro”"):
        loader.load_preset("tibbro")
