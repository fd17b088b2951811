"""What the look at a page finds: the other tests here rest on it."""

import pytest

from tests.e2e.look import Look

PAGE = """<!doctype html><html lang="sv"><head><title>Prov</title><meta name="viewport" content="width=device-width">
<style>body {{ color: #111; background: #fff }} {light}
@media (prefers-color-scheme: dark) {{ body {{ background: #000; color: #eee }} {dark} }}
</style></head><body><main><h1>Prov</h1><p>Ett prov.</p>{body}</main></body></html>"""


def found(site, page, *, light="", dark="", body=""):
    page.set_content(PAGE.format(light=light, dark=dark, body=body))
    look = Look(site)
    look.at(page, "prov")
    return str(look.found)


@pytest.mark.parametrize("width", [1280, 320])
def test_a_page_without_faults_has_none(site, width):
    assert found(site, site.visitor(viewport={"width": width, "height": 900})) == "[]"


def test_contrast_is_found_in_light_and_in_dark_alone(site):
    page = site.visitor()
    assert "'light', [('color-contrast'" in found(site, page, light="p { color: #aaa }", dark="p { color: #fff }")
    assert "'dark', [('color-contrast'" in found(site, page, dark="p { color: #333 }")
    assert "'dark', [('color-contrast'" in found(site, page, dark="p { background: #ccc }")
    # What is told by colour alone, beside text of nearly that colour.
    link = '<p>Läs <a href="/">reglerna</a> först.</p>'
    assert "link-in-text-block" in found(site, page, light="a { color: #222; text-decoration: none }", body=link)


def test_what_is_too_wide_or_too_small_for_a_phone_is_found(site):
    page = site.visitor()
    assert "past the edge" in found(site, page, body='<p style="width: 400px">Brett</p>')
    tight = '<p><button style="height: 9px">A</button><br><button style="height: 9px">B</button></p>'
    assert "target-size" in found(site, page, body=f"<style>p {{ line-height: 9px; font-size: 8px }}</style>{tight}")
    assert "'label'" in found(site, page, body="<input>")


def test_an_answer_that_the_browser_would_refuse_itself_is_found(site):
    page = site.visitor()
    field = "<label>Namn <input required></label> <button>Spara</button>"
    assert "refused by the browser" in found(site, page, body=f"<form>{field}</form>")
    assert "refused by the browser" not in found(site, page, body=f"<form novalidate>{field}</form>")
