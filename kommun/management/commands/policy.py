"""`manage.py policy check|load|schema`: look at a policy file, put one in, print the JSON Schema."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kommun.errors import DomainError
from kommun.policy import loader
from kommun.policy.actions import CommandActor, adopt, import_draft
from kommun.policy.compiled import Policy
from kommun.policy.conflicts import conflicts
from kommun.policy.problems import PolicyFileError
from kommun.policy.schema import schema_text


class Command(BaseCommand):
    """Policy files from the command line."""

    help = "Kontrollerar, läser in och beskriver regelverk."
    requires_system_checks = []  # a file can be checked where nothing else is set up

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add check, load and schema."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help=_("Kontrollera en fil."))
        check.add_argument("file", help=_("Fil, eller namnet på ett färdigt regelverk."))
        load = verbs.add_parser("load", help=_("Läs in en fil som utkast."))
        load.add_argument("file", help=_("Fil, eller namnet på ett färdigt regelverk."))
        load.add_argument("--adopt", action="store_true", help=_("Sätt det i kraft också."))
        verbs.add_parser("schema", help=_("Skriv ut JSON Schema."))

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Run one of the three."""
        if verb == "schema":
            self.stdout.write(schema_text(), ending="")
            return
        try:
            loaded = self._read(options["file"])
            if verb == "check":
                self._summary(Policy(loaded.document))
            else:
                self._load(loaded, Path(options["file"]).name, adopt_it=options["adopt"])
        except PolicyFileError as error:
            count = len(error.problems)
            head = _("Filen går inte att använda: %(count)s fel.") % {"count": count}
            raise CommandError("\n".join([head, *(f"- {problem}" for problem in error.problems)])) from None
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None

    def _read(self, name: str) -> loader.Loaded:
        return loader.load_preset(name) if name in loader.preset_names() else loader.load_file(Path(name))

    def _summary(self, policy: Policy) -> None:
        header = policy.header
        self.stdout.write(_("%(title)s går att använda.") % {"title": header.title})
        self.stdout.write(
            _("%(rules)s regler, %(guidance)s vägledningar.")
            % {"rules": len(policy.rules), "guidance": len(policy.guidance)}
        )
        for kind in policy.silent_kinds:
            self.stdout.write(_("Säger inget om: %(title)s (%(key)s)") % {"title": kind.title, "key": str(kind.key)})
        for conflict in conflicts(policy):
            self.stdout.write(_("Går inte ihop: %(text)s") % {"text": conflict.text})

    def _load(self, loaded: loader.Loaded, filename: str, *, adopt_it: bool) -> None:
        actor = CommandActor(label=_("Kommandoraden"))
        version = import_draft(toml_text=loaded.original, filename=filename, actor=actor)
        self.stdout.write(
            _("%(title)s är inläst som utkast, version %(number)s.")
            % {"title": version.title, "number": version.number}
        )
        if adopt_it:
            version = adopt(version_id=version.pk, actor=actor)
            self.stdout.write(_("Det gäller från och med %(day)s.") % {"day": version.valid_from})
