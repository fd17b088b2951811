"""With the keyboard alone: from the skip link through an application's first part, and a decision."""

from playwright.sync_api import expect

from channels.models import Application, ApprovalStep
from tests.applications import make_application, submit

# Where the focus is, and whether that can be seen: an outline, or the ring that a choice draws around itself.
FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const name = at.labels?.length ? at.labels[0].innerText : (at.innerText || at.value || "");
  const shown = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return { name: name.trim(), id: at.id, shown, seen: box.bottom > 0 && box.top < innerHeight };
}"""


def tab_to(page, name, most=80):
    """Press Tab until the control with the name has the focus, which must be visible all the way."""
    for _press in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["shown"], f"the focus cannot be seen on {focus}"
        assert focus["seen"], f"the focus is outside the window on {focus}"
        if focus["name"].startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def test_apply_with_the_keyboard(site, settle):
    cast = settle("tibro")
    page = site.person(cast.owner)
    page.goto("/ansokningar/ny/")
    tab_to(page, "Hoppa till innehållet", most=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"
    tab_to(page, "Starta ansökan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Syfte och målgrupp")).to_be_visible()
    tab_to(page, "Vad ska kanalen heta?")
    page.keyboard.type("Biblioteket")
    tab_to(page, "Marknadsföra")
    page.keyboard.press("Space")
    tab_to(page, "Vad ska kanalen användas till?")
    page.keyboard.type("Visa vad som händer.")
    tab_to(page, "Spara och fortsätt")
    page.keyboard.press("Enter")
    # Something is missing: the list of errors has the focus and leads to the question.
    expect(page.locator(".error-summary")).to_be_focused()
    tab_to(page, page.locator(".error-summary a").inner_text(), most=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.labels[0].innerText").startswith("Vilka vill ni nå?")
    page.keyboard.type("Barn och unga")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kanal och konto")).to_be_visible()
    assert Application.objects.get().answers["audience"] == "Barn och unga"


def test_decide_with_the_keyboard(site, settle):
    cast = settle("overkalix")
    submit(make_application(cast))
    page = site.person(cast.nearest_manager)
    page.goto("/beslut/")
    tab_to(page, "Biblioteket")
    page.keyboard.press("Enter")
    page.wait_for_url("**/beslut/*-*/")
    tab_to(page, "Be om ändring eller säg nej")
    page.keyboard.press("Enter")
    tab_to(page, "Motivering")
    page.keyboard.type("Berätta mer om målgruppen.")
    tab_to(page, "Skicka tillbaka för ändring")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tack. Ditt svar är sparat")).to_be_visible()
    assert ApprovalStep.objects.get(role="nearest_manager").note == "Berätta mer om målgruppen."
