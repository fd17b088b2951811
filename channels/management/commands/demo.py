"""`manage.py demo --kommun tibro [--reset]`: the example content of one municipality, and how to sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from channels.demo.content import NAMES, Content, load_content
from channels.demo.load import load_demo, reset_demo, sign_ins
from channels.demo.people import PASSWORD
from kommun.errors import DomainError


class Command(BaseCommand):
    """Loads the demo once. A second run changes nothing and prints the sign-ins again."""

    help = "Läser in demons innehåll för en kommun."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the municipality and --reset."""
        parser.add_argument("--kommun", choices=NAMES, default=NAMES[0], help=_("Vilken kommun."))
        parser.add_argument("--reset", action="store_true", help=_("Töm databasen först. Går bara i demon."))

    def handle(self, *args: Any, kommun: str, reset: bool, **options: Any) -> None:
        """Load, and print who can sign in."""
        content = load_content(kommun)
        try:
            if reset:
                reset_demo()
            load_demo(content)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self._print_sign_ins(content)

    def _print_sign_ins(self, content: Content) -> None:
        rows = sign_ins(content)
        roles, emails = max(len(row.role) for row in rows), max(len(row.email) for row in rows)
        self.stdout.write(_("Logga in i demon för %(name)s som:") % {"name": content.municipality.name})
        for row in rows:
            self.stdout.write(f"  {row.role:<{roles}}  {row.email:<{emails}}  {row.can}")
        self.stdout.write(_("Lösenordet är detsamma för alla: %(password)s") % {"password": PASSWORD})
        self.stdout.write(_("Inloggningarna finns bara i demon. Personerna är roller, och innehållet är exempel."))
