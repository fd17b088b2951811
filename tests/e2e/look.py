"""A careful look at a page in the state it is in: axe in light wide and on a phone, in dark, and nothing past the edge at 320."""

import os
from pathlib import Path

from tests.e2e.journeys import COLOUR, RULES, too_wide, violations

# Set a folder to keep a picture of every state, wide and on a phone, to look at with one's own eyes.
PICTURES = os.environ.get("KANALKOLLEN_PICTURES")
WIDE, PHONE, SMALL = ({"width": width, "height": 900} for width in (1280, 390, 320))


class Look:
    """Gathers what is wrong, so that one run tells everything."""

    def __init__(self, site):
        self.site = site
        self.found = []
        self.seen = 0

    def go(self, page, path, status=200):
        """Open a page and look at it. The answer must be the one that was expected."""
        response = page.goto(path)
        if response.status != status:
            self.found.append((path, f"answers {response.status}, not {status}"))
        self.at(page, path)

    def at(self, page, name):
        """Look at the page as it is."""
        self._dress(page, "light", SMALL)
        self._note(name, "320", too_wide(page))
        self._dress(page, "light", WIDE)
        self._picture(page, name, "1280")
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        self._note(name, "1280 light", violations(page, RULES))
        # The same colours stand in both widths, and the menus on every page: each state is seen dark once, wide or small in turn.
        self.seen += 1
        self._dress(page, "dark", WIDE if self.seen % 2 else PHONE)
        self._note(name, "1280 dark" if self.seen % 2 else "390 dark", violations(page, COLOUR))
        self._dress(page, "light", PHONE)
        self._picture(page, name, "390")
        self._note(name, "390 light", violations(page, RULES))
        page.set_viewport_size(WIDE)

    def _dress(self, page, scheme, size):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        page.evaluate("document.getAnimations().forEach((one) => one.finish())")  # no colour half-way to another

    def _note(self, name, where, what):
        if what:
            self.found.append((name, where, what))

    def _picture(self, page, name, width):
        if PICTURES:
            file = f"{name.strip('/').replace('/', '-').replace('?', '_')[:80] or 'start'}-{width}.png"
            page.screenshot(path=Path(PICTURES) / file, full_page=True)
