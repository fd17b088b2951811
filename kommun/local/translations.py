"""Compile the message catalogues. The compiled files are not in version control."""

from pathlib import Path


def compile_translations(locale: Path) -> int:
    """Compile every catalogue under `locale` that is newer than its compiled file, and return how many."""
    done = 0
    for catalogue in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= catalogue.stat().st_mtime_ns:
            continue
        from babel.messages.mofile import write_mo  # only here: most starts have nothing to compile
        from babel.messages.pofile import read_po

        with catalogue.open("rb") as source:
            messages = read_po(source, locale=catalogue.parent.parent.name, domain=catalogue.stem)
        new = compiled.with_suffix(".mo.new")
        with new.open("wb") as target:
            write_mo(target, messages)
        new.replace(compiled)
        done += 1
    return done


if __name__ == "__main__":
    compile_translations(Path(__file__).resolve().parents[2] / "locale")
