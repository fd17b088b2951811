"""What holds for every template, style sheet and script, so that the strict content security policy does."""

import hashlib
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from kommun.icons import ICONS

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PAPER = {  # become PDFs: no browser ever reads them
    settings.BASE_DIR / "templates/moderation/police_report.html",
    settings.BASE_DIR / "templates/archive/pdfa/sheet.html",
}
PAGES = [path for path in TEMPLATES if path not in PAPER]
STATIC = settings.BASE_DIR / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_has_no_inline_style_script_or_handler(path):
    source = path.read_text()
    assert not re.search(r"<style\b|\sstyle\s*=", source)
    # A data block is not run, and the policy lets it be: application/json and its kin.
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/(ld\+)?json\"))", source)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", source)
    assert "javascript:" not in source
    assert not re.search(r"<(script|link|img)\b[^>]*(https?:)?//", source)  # nothing is loaded from another host


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_can_be_read_and_names_icons_that_exist(path):
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
    names = set(re.findall(r"{% icon \"([a-z-]+)\"", path.read_text()))
    assert names <= set(ICONS)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_text_in_a_template_is_marked_for_translation(path):
    unmarked = r"{% blocktranslate.*?{% endblocktranslate %}|<script.*?</script>|<code>.*?</code>|<kbd>.*?</kbd>"
    unmarked += r"|{% block (bodyclass|coltype) %}.*?{% endblock %}"  # the admin's class names
    bare = re.sub(unmarked, "", path.read_text(), flags=re.DOTALL)
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", "", bare, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-zÅÄÖåäö]{3,}", bare))
    assert words <= {"Kanalkollen", "PDF"}


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=name)
def test_a_static_file_is_short_and_fetches_nothing_from_elsewhere(path):
    source = path.read_text()
    assert source.count("\n") < 500
    assert "//" not in re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)|\s// .*", "", source, flags=re.DOTALL)
    assert not re.search(r"@import(?! url\(\")", source)
    for target in re.findall(r'url\("([^"]+)"\)', source):
        assert finders.find(os.path.normpath(path.parent.relative_to(STATIC) / target))


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_our_scripts_need_no_eval_and_write_no_markup(path):
    assert not re.search(
        r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", path.read_text()
    )


def test_what_others_made_is_unchanged_since_it_was_taken_in():
    lines = (STATIC / "vendor" / "SHA256SUMS").read_text().splitlines()
    pinned = dict(reversed(line.split()) for line in lines)
    vendored = {"vendor/htmx.min.js", *(f"fonts/{font.name}" for font in (STATIC / "fonts").glob("*.woff2"))}
    assert set(pinned) == vendored
    for path, digest in pinned.items():
        assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest() == digest
    assert 'version:"2.0.11"' in (STATIC / "vendor" / "htmx.min.js").read_text()


def test_what_others_made_has_its_licence_beside():
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text()
    assert "Zero-Clause BSD" in (STATIC / "vendor" / "htmx.LICENSE.txt").read_text()
