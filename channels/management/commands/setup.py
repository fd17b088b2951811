"""`manage.py setup`: a real municipality on an empty database, with its policy and its first administrator."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions import add_person
from accounts.models import User
from accounts.setup import make_administrator
from channels.actions.platforms import sync_platforms
from kommun.errors import DomainError
from kommun.policy import PolicyFileError, loader
from kommun.policy.actions import CommandActor, adopt, import_draft
from kommun.setup import register_municipality


class Command(BaseCommand):
    """Sets up the installation once, in one transaction: either everything is there afterwards, or nothing."""

    help = "Sätter upp en kommun: regelverk, plattformar och den första administratören."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what must be known before anybody can sign in. The rest is filled in on the pages."""
        parser.add_argument("--policy", required=True, help=_("Regelverkets fil, eller namnet på ett färdigt."))
        parser.add_argument("--name", required=True, help=_("Kommunens namn, till exempel ”Tibro kommun”."))
        parser.add_argument("--website", required=True, help=_("Webbplatsens adress, med https://."))
        parser.add_argument("--admin-email", required=True, help=_("Den första administratörens e-postadress."))
        parser.add_argument("--admin-name", default="Systemadministratör", help=_("Administratörens namn."))
        parser.add_argument("--short-name", default="", help=_("Kort namn, till exempel ”Tibro”."))
        parser.add_argument("--seat", default="", help=_("Centralort."))
        parser.add_argument("--switchboard", default="", help=_("Växelns nummer."))
        parser.add_argument("--contact-email", default="", help=_("Kommunens e-post. Annars kommun@webbplatsen."))
        parser.add_argument("--registrar-email", default="", help=_("Registrators e-post."))

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, and print the link where the administrator chooses a password."""
        try:
            loaded = self._policy(options["policy"])
            validate_email(options["admin_email"])
            administrator = self._set_up(loaded, options)
        except PolicyFileError as error:
            head = _("Regelverket går inte att använda: %(count)s fel.") % {"count": len(error.problems)}
            raise CommandError("\n".join([head, *(f"- {problem}" for problem in error.problems)])) from None
        except ValidationError:
            raise CommandError(_("--admin-email är ingen e-postadress.")) from None
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_("%(name)s är uppsatt.") % {"name": options["name"]})
        self.stdout.write(_("Administratören väljer lösenord här. Länken fungerar en gång, i tre dygn:"))
        self.stdout.write(f"  {settings.SITE_URL}{self._link(administrator)}")
        self.stdout.write(_("Lägg sedan in enheter och personer på %(place)s") % {"place": reverse("admin:index")})

    def _policy(self, name: str) -> loader.Loaded:
        return loader.load_preset(name) if name in loader.preset_names() else loader.load_file(Path(name))

    @transaction.atomic
    def _set_up(self, loaded: loader.Loaded, options: dict[str, Any]) -> User:
        actor = CommandActor(label=_("Kommandoraden"))
        name: str = options["name"]
        short = options["short_name"] or name.removesuffix(" kommun")
        host = (urlsplit(options["website"]).hostname or "").removeprefix("www.")
        register_municipality(
            name=name,
            short_name=short,
            slug=slugify(short),
            seat=options["seat"],
            website=options["website"],
            switchboard=options["switchboard"],
            contact_email=options["contact_email"] or f"kommun@{host}",
            registrar_email=options["registrar_email"],
            actor=actor,
        )
        draft = import_draft(toml_text=loaded.original, filename=Path(options["policy"]).name, actor=actor)
        adopt(version_id=draft.pk, actor=actor)
        sync_platforms(actor=actor)
        user = add_person(email=options["admin_email"], name=options["admin_name"], actor=actor)
        return make_administrator(user_id=user.pk, starts_on=timezone.localdate(), actor=actor)

    def _link(self, user: User) -> str:
        """Return the address for a new password, of the same kind as in the mail about a forgotten one."""
        key = default_token_generator.make_token(user)
        return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
