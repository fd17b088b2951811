"""`manage.py capture URL --to FOLDER`: capture one page into a folder, to see that it works here. No snapshot comes of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import capturing
from archive.capture.run import FolderInUse, capture
from archive.capture.values import Order, Outcome, Result, Step
from archive.capture.words import BANNERS, LIMITS, OUTCOMES, REASONS, STEPS


class Command(BaseCommand):
    """Captures a page, and says what is done while it is done."""

    help = "Hämtar en sida till en mapp: bild, sidan som data, inlägg och uppgifter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the address, the folder and what helps to read the page."""
        parser.add_argument("url", metavar="URL", help=_("Sidans adress."))
        parser.add_argument(
            "--to", required=True, type=Path, metavar="MAPP", help=_("En mapp som är tom eller inte finns.")
        )
        parser.add_argument(
            "--platform", default="", metavar="NYCKEL", help=_("Plattformens nyckel, till exempel facebook.")
        )
        parser.add_argument(
            "--own-name", action="append", default=[], metavar="NAMN", help=_("Kommunens namn på sidan.")
        )

    def handle(self, *args: Any, url: str, to: Path, platform: str, own_name: list[str], **options: Any) -> None:
        """Capture, and end with an error when the page was not captured."""
        order = Order(url, platform=platform, own_names=tuple(own_name))
        try:
            result = capture(
                order,
                to,
                guard=capturing.guard(),
                limits=capturing.limits(),
                sandbox=capturing.sandbox(),
                browser_path=settings.CHROMIUM,
                on_step=self._say,
            )
        except FolderInUse:
            raise CommandError(_("Mappen %(folder)s är inte tom.") % {"folder": to}) from None
        self._tell(result)
        if result.outcome is not Outcome.CAPTURED:
            raise CommandError(str(OUTCOMES[result.outcome]), returncode=3)
        self.stdout.write(str(OUTCOMES[result.outcome]))

    def _say(self, step: Step) -> None:
        words = str(STEPS.get(step.name, step.name))
        self.stdout.write(f"{words}: {step.detail}" if step.detail else words)

    def _tell(self, result: Result) -> None:
        self.stdout.write(str(BANNERS[result.report.banner]))
        for limit in result.limits_hit:
            self.stdout.write(str(LIMITS[limit]))
        if result.steps and not (result.report.browser.sandbox and result.report.browser.own_network):
            self.stdout.write(_("Obs: webbläsaren kördes utan allt skydd. Läs om det i handboken för drift."))
        refused = {(one.host, one.port, one.refused) for one in result.refusals if one.refused}
        for host, port, why in sorted(refused):
            self.stdout.write(
                _("Stoppad: %(host)s:%(port)s. %(why)s") % {"host": host, "port": port, "why": REASONS[why]}
            )
        number = len(result.report.posts)
        text = ngettext("%(number)s inlägg eller kommentar", "%(number)s inlägg och kommentarer", number)
        self.stdout.write(text % {"number": number})
        for kept in result.files:
            self.stdout.write(f"{kept.sha256}  {kept.name}")
