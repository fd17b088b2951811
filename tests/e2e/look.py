"""A careful look at a page in its state: axe in light and dark, wide and on the smallest phone, nothing past its edge."""

import os
from pathlib import Path
from typing import ClassVar

from tests.e2e.journeys import COLOUR, SIZE, send, too_wide, violations

# Set a folder to keep a picture of every state, wide and on a phone, to look at with one's own eyes.
PICTURES = os.environ.get("KANALKOLLEN_PICTURES")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 900}  # 320: WCAG 1.4.10
# No colour half-way to another; and two frames, in which what follows the size by script has done so.
SETTLED = """() => {
  document.getAnimations().forEach((one) => one.finish());
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# What meets on the page: the colour of each text that is seen, whether it is large, and what it stands on and beside.
PAIRS = """() => {
  const grounds = new Map();
  const ground = (one) => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const style = getComputedStyle(one);
      const own = style.backgroundImage !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
      const over = style.opacity === "1" ? "" : style.opacity;
      grounds.set(one, (own ? style.backgroundColor + style.backgroundImage : ground(one.parentElement)) + over);
    }
    return grounds.get(one);
  };
  const pairs = new Set();
  for (const one of document.body.querySelectorAll("*")) {
    const said = one.value || [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!said || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);  // WCAG 1.4.3
    const plain = one.closest("a") && style.textDecorationLine === "none";
    const beside = plain ? getComputedStyle(one.parentElement).color : "";  // WCAG 1.4.1
    pairs.add([style.color, large, style.textShadow, beside, ground(one)].join(" "));
  }
  return [...pairs];
}"""

# Forms in which the browser itself would refuse an answer: in its own words and language, before ours can stand beside the field.
REFUSING = """[...document.querySelectorAll("form:not([novalidate])")].filter((form) => [...form.elements].some(
  (one) => one.willValidate && (one.required || one.pattern || ["email", "url", "number"].includes(one.type))
)).map((form) => form.outerHTML.slice(0, 160))"""


class Look:
    """Gathers what is wrong, so that one run tells everything."""

    # Contrast is the dearest thing to read, and depends on nothing but what meets: what axe has read is not read again.
    read: ClassVar[set[str]] = set()

    def __init__(self, site):
        self.site = site
        site.axe = True
        self.found = []
        self.seen = 0

    def go(self, page, path, status=200):
        """Open a page and look at it. The answer must be the one that was expected."""
        response = page.goto(path)
        if response.status != status:
            self.found.append((path, f"answers {response.status}, not {status}"))
        self.at(page, path)

    def after(self, control, name):
        """Press a control that leads to another page, and look at that one."""
        send(control)
        self.at(control.page, name)

    def at(self, page, name):
        """Look at the page as it is.

        One page in two widths: what is its own is in both, the menus are on every page. So each state is read by every rule in
        one width, in turn, and by those that size decides in the other.
        """
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        self.seen += 1
        first, second = (WIDE, PHONE) if self.seen % 2 else (PHONE, WIDE)
        self._dress(page, second)
        self._note(name, second, violations(page, SIZE))
        self._dress(page, first)
        self._note(name, first, violations(page, but=COLOUR))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(SETTLED)
            new = {f"{scheme} {pair}" for pair in page.evaluate(PAIRS)} - self.read
            if new:
                self._note(name, scheme, violations(page, COLOUR))
                self.read.update(new)
        self._note(name, "refused by the browser", page.evaluate(REFUSING))
        self._picture(page, name)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)

    def _dress(self, page, size):
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(size)
        page.evaluate(SETTLED)
        if size is PHONE:
            self._note("past the edge", size, too_wide(page))

    def _note(self, name, where, what):
        if what:
            self.found.append((name, where, what))

    def _picture(self, page, name):
        if not PICTURES:
            return
        for width in (1280, 390):
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": width, "height": 900})
            file = f"{name.strip('/').replace('/', '-').replace('?', '_')[:80] or 'start'}-{width}.png"
            page.screenshot(path=Path(PICTURES) / file, full_page=True)
