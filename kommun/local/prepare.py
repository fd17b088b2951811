"""What must be in place before the first page: translations, tables, static files, content. A process of its own."""

import sys
from hashlib import sha256
from pathlib import Path

from .group import say
from .run import LOCAL, ROOT
from .translations import compile_translations


def _collect_static() -> None:
    """Collect the static files unless they are as they were last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    if settings.WHITENOISE_USE_FINDERS:
        return  # then they are served from where they lie
    found = [pair for finder in get_finders() for pair in finder.list(["CVS", ".*", "*~"])]
    files = sorted(f"{name} {Path(storage.path(name)).stat().st_mtime_ns}" for name, storage in found)
    mark, stamp = sha256("\n".join(files).encode()).hexdigest(), LOCAL / "static"
    if stamp.exists() and stamp.read_text() == mark and Path(settings.STATIC_ROOT).exists():
        return
    say("Samlar stilmallar och bilder …")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(mark)


def _migrate() -> None:
    """Bring the tables up to date."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Skapar tabeller …")
        call_command("migrate", interactive=False, verbosity=0)


def main(municipality: str, sign_ins: Path) -> None:
    """Prepare the demo of one municipality. What the demo command says, its sign-ins, goes to a file of its own."""
    import django
    from django.core.management import call_command

    compile_translations(ROOT / "locale")
    django.setup()
    _migrate()
    _collect_static()
    say("Läser in kommunens innehåll …")
    with sign_ins.open("w") as out:
        sign_ins.chmod(0o600)
        call_command("demo", "--kommun", municipality, stdout=out)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
