"""What README and manuals say is so: links, variables, commands, words on the screen, screenshots."""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
MANUALS = sorted(DOCS.glob("handbok-*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
OPERATIONS = DOCS / "handbok-drift.md"
OURS = ("kommun", "accounts", "channels", "archive", "moderation")

LINK = re.compile(r"""\]\(([^)\s]+)\)|(?:src|href)="([^"]+)\"""")
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b")
# Of the shell and of the examples, not ours to read.
NOT_OURS = {"PWD", "GAMMAL_HEAD"}
# pytest-xdist sets it, nobody else.
NOT_FOR_OPERATORS = {"PYTEST_XDIST_WORKER"}


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _code(text: str) -> Iterator[str]:
    """Yield every piece of code: fenced blocks, then spans."""
    yield from (body.replace("\\\n", " ") for _language, body in FENCE.findall(text))
    yield from re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as they are made where the code lives."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


# --- Links ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("document", PAGES, ids=_name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    wrong = []
    for first, second in LINK.findall(FENCE.sub("", text)):
        address = first or second
        if re.match(r"[a-z]+:", address):
            continue
        path, _, anchor = address.partition("#")
        target = (document.parent / path).resolve() if path else document
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (anchor and anchor not in _anchors(target.read_text(encoding="utf-8"))):
            wrong.append(address)
    assert wrong == []


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index] == []


def test_readme_leads_to_every_manual() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in MANUALS if f"(docs/{page.name})" not in readme] == []


# --- Environment variables --------------------------------------------------------------------------------------------
def _variables_read() -> set[str]:
    """Return what the settings read: `env.str("NAME")`, `_needed(env, "NAME", …)`."""
    found = set()
    for file in ("settings.py", "identity.py"):
        for node in ast.walk(ast.parse((ROOT / "kommun" / file).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function, arguments = node.func, node.args
            of_env = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "env"
            needed = getattr(function, "id", "") == "_needed"
            wanted = arguments[1 if needed else 0] if of_env or needed else None
            if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
                found.add(wanted.value)
    return found


def _variables_in_tables() -> set[str]:
    text = OPERATIONS.read_text(encoding="utf-8")
    section = text[text.index("\n## Miljövariabler") :]
    section = section[: section.index("\n## ", 5)]
    return {name for row in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE) for name in NAME.findall(row)}


def test_every_variable_is_in_the_manual_and_no_other() -> None:
    assert _variables_read() - NOT_FOR_OPERATORS == _variables_in_tables()


@pytest.mark.parametrize("document", [ROOT / "README.md", *MANUALS], ids=_name)
def test_variables_that_are_mentioned_exist(document: Path) -> None:
    launcher = (ROOT / "Makefile").read_text() + (ROOT / "docker-compose.yml").read_text()
    known = _variables_read() | set(NAME.findall(launcher)) | NOT_OURS
    code = list(_code(document.read_text(encoding="utf-8")))
    assigned = {name for piece in code for name in re.findall(rf"({NAME.pattern})=", piece)}
    alone = {piece for piece in code if NAME.fullmatch(piece) and "_" in piece}
    unknown = {name.removesuffix("_FILE") for name in assigned | alone} - known - {""}
    assert unknown == set()


# --- Commands ---------------------------------------------------------------------------------------------------------
def _all_code() -> list[str]:
    return [piece for page in PAGES for piece in _code(page.read_text(encoding="utf-8"))]


def test_management_commands_exist() -> None:
    pattern = re.compile(r"manage\.py ([a-z]\w*)|ARGS=\"([a-z]\w*)")
    named = {first or second for piece in _all_code() for first, second in pattern.findall(piece)}
    assert {"setup", "policy", "check", "migrate"} <= named
    assert named - set(get_commands()) == set()


def test_our_commands_are_in_the_manual() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    ours = [name for name, app in get_commands().items() if app in OURS]
    assert ours
    assert [name for name in ours if not re.search(rf"(manage\.py|ARGS=\") ?{name}\b", text)] == []


def test_every_option_of_setup_is_in_the_manual_and_no_other() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    section = text[text.index("\n## Sätt upp kommunen") : text.index("\n## Lägg in organisationen")]
    of_compose = {"--rm", "--volume"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section)) - of_compose
    base = load_command_class("django.core", "check").create_parser("", "check")
    theirs = {option for action in base._actions for option in action.option_strings}
    parser = load_command_class(get_commands()["setup"], "setup").create_parser("", "setup")
    assert named == {
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    } - (theirs | {"--help", "--skip-checks"})


def test_verbs_of_policy_exist() -> None:
    named = {verb for piece in _all_code() for verb in re.findall(r"(?:manage\.py|ARGS=\")\s*policy ([a-z]+)", piece)}
    assert named == {"check", "load", "schema"}


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for piece in _all_code() for target in re.findall(r"(?:^|\s)make ([a-z]+)", piece)}
    assert {"run", "test", "manage"} <= named
    assert named - targets == set()


def test_services_and_scripts_exist() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    services = set(
        re.findall(r"^  ([a-z]+):$", compose[compose.index("\nservices:") : compose.index("\nnetworks:")], re.M)
    )
    lines = [line for piece in _all_code() for line in piece.splitlines()]
    named = {
        service
        for line in lines
        for service in re.findall(r"docker compose (?:exec|run)(?: -T| --rm| --no-deps| --volume \S+)* ([a-z]+)", line)
    }
    assert {"web", "db"} <= named <= services
    scripts = {script for line in lines for script in re.findall(r"(?:^|\s)(bin/[a-z-]+|\.ci/[a-z]+)", line)}
    assert [script for script in scripts if not (ROOT / script).exists()] == []


# --- Words on the screen ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def product_text() -> str:
    """Everything that the product may say, in one text."""
    files = [*(ROOT / "templates").rglob("*.html"), *(path for app in OURS for path in (ROOT / app).rglob("*.py"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files).casefold()


@pytest.mark.parametrize("manual", MANUALS, ids=_name)
def test_what_a_manual_tells_people_to_choose_is_on_the_screen(manual: Path, product_text: str) -> None:
    """Bold with a capital first is a word on the screen; a whole sentence in bold is emphasis."""
    text = FENCE.sub("", manual.read_text(encoding="utf-8"))
    chosen = {words.rstrip(":") for words in re.findall(r"\*\*([A-ZÅÄÖ][^*]*?)\*\*", text.replace("\n   ", " "))}
    of_django = {"Historik"}
    missing = {words for words in chosen if not words.endswith(".") and words.casefold() not in product_text}
    assert missing - of_django == set()


def test_the_public_manual_has_the_answers_of_the_check() -> None:
    said = re.findall(r"_\(\"([^\"]+)\"\)", (ROOT / "channels/account_check.py").read_text(encoding="utf-8"))
    manual = (DOCS / "handbok-allmanheten.md").read_text(encoding="utf-8")
    answers = [
        row for row in re.findall(r"^\| ([^|]+) \| [^|]+ \|$", manual, re.MULTILINE) if row not in {"Svar", "---"}
    ]
    assert len(answers) == 6
    assert [answer for answer in answers if answer not in said] == []


@pytest.mark.parametrize("document", MANUALS, ids=_name)
def test_addresses_in_a_manual_exist(document: Path) -> None:
    from django.urls import Resolver404, resolve

    wrong = []
    for address in {
        piece for piece in _code(document.read_text(encoding="utf-8")) if re.fullmatch(r"/[\w/.<>-]*", piece)
    }:
        try:
            resolve(address.replace("<kanal>", "kanal"))
        except Resolver404:
            wrong.append(address)
    assert [address for address in wrong if not address.endswith(".toml")] == []


# --- Screenshots ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("picture", sorted((DOCS / "screenshots").iterdir()), ids=_name)
def test_screenshots_are_small_and_as_wide_as_they_say(picture: Path) -> None:
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) < 200_000
    width, _height = struct.unpack(">II", content[16:24])
    said = re.search(r"-(\d+)\.png$", picture.name)
    assert said is not None
    assert width == int(said.group(1))
    assert any(picture.name in page.read_text(encoding="utf-8") for page in PAGES)
