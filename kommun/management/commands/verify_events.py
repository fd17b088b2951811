"""`manage.py verify_events`: does the chain of events hold?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kommun.events import verify_chain


class Command(BaseCommand):
    """Compute every seal again. Exit code 1 when something has been changed, removed or reordered."""

    help = "Kontrollerar att ingen händelse i loggen har ändrats, tagits bort eller flyttats."

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain()
        if report.problems:
            raise CommandError("\n".join([_("Kedjan håller inte:"), *report.problems]))
        told = _("Kedjan håller: %(count)s händelser, senaste kontrollsumma %(head)s")
        self.stdout.write(told % {"count": report.count, "head": report.head})
