"""Load the demo of one municipality, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from channels.actions.platforms import sync_platforms
from channels.demo.content import Content, load_content, load_texts
from channels.demo.people import add_municipality, add_organisation, mail_domain
from channels.demo.register import add_register
from channels.models import Attachment, Attestation
from kommun.errors import NotPermitted, StateConflict
from kommun.events import record
from kommun.models import Event, Municipality
from kommun.policy import remembered
from kommun.policy.actions import CommandActor, adopt, import_draft
from kommun.policy.loader import PRESETS
from kommun.setup import one_at_a_time

LOADED = "demo.loaded"


@dataclass(frozen=True)
class SignIn:
    """Somebody to sign in as."""

    role: str
    email: str
    can: str


def sign_ins(content: Content) -> list[SignIn]:
    """Return the people worth trying, in the order of the file."""
    domain = mail_domain(content.municipality.slug)
    return [
        SignIn(person.title, f"{person.key}@{domain}", person.sign_in) for person in content.people if person.sign_in
    ]


@transaction.atomic
def load_demo(content: Content) -> bool:
    """Load the demo and return True, or return False when it is there already. Two at once: the second one waits.

    One transaction: cut off at any point, nothing is left in the database, and the next run starts from the beginning.
    Raises NotPermitted outside the demo, and StateConflict when the database holds something else.
    """
    _check_demo()
    one_at_a_time()
    if _is_loaded(content.municipality.slug):
        return False
    actor = CommandActor(label=_("Demons innehåll"), door="demo")
    municipality = add_municipality(content, actor)
    found = add_organisation(content, actor)
    preset = PRESETS / f"{municipality.slug}.toml"
    draft = import_draft(toml_text=preset.read_bytes(), filename=preset.name, actor=actor)
    adopt(version_id=draft.pk, actor=actor)
    sync_platforms(actor=actor)
    with remembered():  # which policy is in force is asked in every act
        add_register(content.channels, content.absences, found, load_texts())
        for part in _parts():
            part.add()
    record(LOADED, subject=municipality, actor=actor)
    return True


def reset_demo() -> None:
    """Empty the database and take away the files. Raises NotPermitted unless everybody in it belongs to the demo."""
    _check_demo()
    if User.objects.exclude(email__contains=f"@{settings.DEMO_MAIL_PREFIX}").exists():
        raise NotPermitted(_("Databasen har personer som inte hör till demon. Den töms inte."))
    files = [*Attachment.objects.values_list("file", flat=True), *Attestation.objects.values_list("proof", flat=True)]
    files += [name for part in _parts() for name in part.files()]
    call_command("flush", interactive=False, verbosity=0)
    for name in filter(None, files):
        default_storage.delete(name)


def _parts() -> Iterator[ModuleType]:
    """Yield what the apps above add: modules with `add()` and `files()`, the names of their stored files."""
    return map(import_module, settings.KANALKOLLEN_DEMO)


def _check_demo() -> None:
    if not settings.DEMO:
        raise NotPermitted(_("Demons innehåll läses bara in i demon (KANALKOLLEN_DEMO=1)."))


def _is_loaded(slug: str) -> bool:
    municipality = Municipality.current()
    if municipality is None:
        return False
    if municipality.slug != slug or not Event.objects.filter(kind=LOADED).exists():
        raise StateConflict(
            _("Databasen har redan %(name)s. Använd en annan databas, eller töm demons med --reset.")
            % {"name": municipality}
        )
    return True


__all__ = ["SignIn", "load_content", "load_demo", "reset_demo", "sign_ins"]
