"""What people do in the browser, said once: sign in, fill in a part, open the link in a mail, answer."""

import re

from axe_playwright_python.base import AXE_FILE_PATH
from django.test import Client
from playwright.sync_api import Page, expect

from kommun.models import OutgoingMail
from tests.factories import PASSWORD

AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR = ["color-contrast", "link-in-text-block"]  # the only rules that light and dark can answer differently
# What another width can answer differently about the same page.
SIZE = ["target-size", "scrollable-region-focusable", "landmark-one-main", "aria-hidden-focus"]
# A refused style or script, said loudly: Chromium does not tell of every kind in the console.
REPORT_REFUSALS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""
# Chromium tells of a page that answers 404 or 422 in the console too; `Site` judges answers by themselves.
ANSWER = re.compile(r"Failed to load resource: the server responded with a status of")
# Every control of the part's form that can be seen and has no answer yet: what it is and how to find it.
UNANSWERED = """() => {
  const form = document.querySelector("main form");
  const named = (name) => [...form.elements].filter((one) => one.name === name);
  const seen = new Set();
  const open = [];
  for (const one of form.elements) {
    if (!one.name || one.type === "hidden" || one.type === "file" || one.type === "submit") continue;
    if (!one.checkVisibility() || seen.has(one.name)) continue;
    seen.add(one.name);
    const all = named(one.name);
    const kind = one.tagName === "SELECT" ? "select" : ["radio", "checkbox"].includes(one.type) ? "check" : "text";
    const answered = kind === "check" ? all.some((each) => each.checked) : all.some((each) => each.value.trim());
    if (!answered) open.push({ id: one.id, kind, number: one.inputMode === "numeric" });
  }
  return open;
}"""


class Site:
    """The product as people meet it: one window for each person, and what the browser complained about."""

    def __init__(self, url, browser):
        self.url, self.browser = url, browser
        self.complaints = []
        self.contexts = []
        self.axe = False  # whether pages bring axe along: cheaper than handing it to each page that is looked at
        self.now = None  # the moment that every window shows, when a test travels in time

    def visitor(self, **options):
        """Return a page in a window of its own, signed in as nobody."""
        context = self.browser.new_context(
            base_url=self.url,
            **{
                "locale": "sv-SE",
                "timezone_id": "Europe/Stockholm",
                "viewport": {"width": 1280, "height": 900},
                **options,
            },
        )
        context.set_default_timeout(8000)
        context.add_init_script(REPORT_REFUSALS + (AXE if self.axe else ""))
        if self.now:
            context.clock.set_fixed_time(self.now)
        context.on("console", self._heard)
        context.on("response", self._answered)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        self.contexts.append(context)
        return context.new_page()

    def person(self, user, **options):
        """Return a page in a window of its own, in which the person is signed in."""
        page = self.visitor(**options)
        be_signed_in(page, self.url, user)
        return page

    def set_clock(self, moment):
        """Let every window show the moment, now and when it is opened later: pages count time left by themselves too."""
        self.now = moment
        for context in self.contexts:
            context.clock.set_fixed_time(moment)

    def close(self):
        for context in self.contexts:
            context.close()

    def _heard(self, message):
        if message.type == "error" and not ANSWER.match(message.text):
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response):
        whole_page = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not whole_page):
            self.complaints.append(f"{response.status} {response.url}")


def be_signed_in(page, url, user):
    """Give the page's window a session of the person, without the sign-in page."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def send(control):
    """Press a control that leads to another page, and arrive there. A click alone does not wait for the page that comes."""
    with control.page.expect_navigation():
        control.click()


def sign_in(page, user):
    """Sign in on the sign-in page, where the reader stands."""
    page.get_by_label("E-post").fill(user.email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    send(page.get_by_role("button", name="Logga in", exact=True))


def violations(page, only=(), but=()):
    """Return what axe finds, with where, so that a failure can be read: by every rule, by the named ones, or by all but them."""
    asked = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": TAGS}
    options = {
        "runOnly": asked,
        "rules": {rule: {"enabled": False} for rule in but},
        "resultTypes": ["violations"],
        "preload": False,
    }
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found]


def too_wide(page):
    """Return by how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


# --- Mail --------------------------------------------------------------------------------------------------------------
def mail_to(user, subject):
    """Return the newest mail to the person with the words in its subject. It must have been sent."""
    mail = OutgoingMail.objects.filter(to=user.email, subject__icontains=subject).order_by("-pk").first()
    assert mail is not None, (subject, list(OutgoingMail.objects.values_list("to", "subject")))
    assert mail.sent_at is not None
    return mail


def link_in(mail):
    """Return the address in a mail."""
    return re.search(r"https?://\S+", mail.body)[0]


# --- The application ---------------------------------------------------------------------------------------------------
def start_application(page):
    """Go from the start page to the first part of a new application."""
    page.goto("/start/")
    send(page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Ansökningar"))
    send(page.get_by_role("link", name="Ansök om en ny kanal"))
    page.get_by_role("button", name="Starta ansökan").click()
    expect(page.get_by_role("heading", name="Syfte och målgrupp")).to_be_visible()


def fill_the_rest(page):
    """Answer what is still open on the page as a careful applicant would; suggestions are left as they stand."""
    for field in page.evaluate(UNANSWERED):
        control = page.locator(f"[id='{field['id']}']")
        if field["kind"] == "select":
            control.select_option(index=1)
        elif field["kind"] == "check":
            control.check()
        else:
            control.fill("24" if field["number"] else "Vi berättar om det som händer och svarar på frågor.")


def save_part(page, next_heading):
    """Save the part and arrive at the next one."""
    send(page.get_by_role("button", name="Spara och fortsätt"))
    try:
        expect(page.get_by_role("heading", name=next_heading, exact=True)).to_be_visible()
    except AssertionError as stuck:
        raise AssertionError(page.locator("main").inner_text()) from stuck


def fill_purpose(page, name):
    page.get_by_label("Vad ska kanalen heta?").fill(name)
    page.get_by_label("Vad ska kanalen användas till?").fill("Vi visar vad som händer på biblioteket.")
    page.get_by_label("Vilka vill ni nå?").fill("Barn 6–19 år och deras vårdnadshavare")
    fill_the_rest(page)
    save_part(page, "Kanal och konto")


def fill_account(page, handle):
    page.get_by_label("Vilken plattform?").select_option("facebook")
    page.get_by_label("Vilken adress ska kontot ha?").fill(f"https://m.facebook.com/{handle}/?ref=bookmarks")
    fill_the_rest(page)


def choose_administrators(page, *people):
    for number, person in enumerate(people, start=1):
        page.get_by_label(f"Person {number}", exact=True).select_option(str(person.pk))


def answer(page, button, *, note=""):
    """Answer the step that the page shows."""
    if note:
        page.get_by_label("Motivering").fill(note)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text("Tack. Ditt svar är sparat")).to_be_visible()


def is_on_screen(page: Page, locator, *, screens=1):
    """Return True when the whole control stands within so many screens from the top."""
    box = locator.bounding_box()
    return box is not None and box["y"] + box["height"] <= page.viewport_size["height"] * screens
