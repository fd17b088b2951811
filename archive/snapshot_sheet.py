"""What stands in the PDF/A of a snapshot: the cover, how it was made, the posts, and the pictures of its files."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image

from archive.intake import IntakeError, inspect_export
from archive.models import Snapshot, SnapshotFile
from archive.pdfa import Attachment, Fact, Picture, Post, Sheet, SourceFile
from archive.pdfa.data import read_capture, read_posts
from archive.pdfa.pdf_pages import pages_of
from archive.pdfa.sheet import CARRIES_FILES
from kommun.models import Municipality

R = SnapshotFile.Role
THUMBNAIL = (320, 240)  # pixels: enough to recognise the page, too few to read it
_DATA = (R.POSTS, R.CAPTURE)


def sheet_of(row: Snapshot, files: Sequence[SnapshotFile]) -> Sheet:
    """Return what the document says. `files` are those of the attempt, in order; reads them whole.

    Raises PageError for a PDF that cannot be opened, OSError or ValueError for other files that are not what they say.
    """
    municipality = Municipality.current()
    with override(settings.LANGUAGE_CODE):  # what is kept is written in the authority's language
        posts, note = _posts(files)
        pictures, texts = _pages(files)
        title = _("Ögonblicksbild av %(name)s, %(platform)s") % row.facts
        return Sheet(
            title=title,
            author=municipality.name if municipality else "",
            description=_("Hur kanalen såg ut %(day)s") % {"day": _moment(row.taken_at)},
            made_at=row.started_at or row.asked_at,
            level=row.level,
            lead=_lead(row),
            cover=_cover(row),
            provenance=_provenance(row, files),
            notes=_notes(files),
            files=[_listed(one) for one in files],
            posts=posts,
            posts_note=note,
            texts=texts,
            pictures=pictures,
            attachments=[_attached(one) for one in files] if row.level in CARRIES_FILES else (),
        )


def thumbnail_of(pictures: Sequence[Picture]) -> bytes | None:
    """Return the top of the first picture as a little PNG; None when there is no picture."""
    if not pictures:
        return None
    with Image.open(BytesIO(pictures[0].content)) as opened:
        image = opened.convert("RGB")
        height = min(image.height, max(1, image.width * THUMBNAIL[1] // THUMBNAIL[0]))
        small = image.crop((0, 0, image.width, height))
        small.thumbnail(THUMBNAIL)
        out = BytesIO()
        small.save(out, "PNG")
        return out.getvalue()


def bytes_of(one: SnapshotFile) -> bytes:
    """Return the stored bytes of the file."""
    with default_storage.open(str(one.file.file.name)) as content:
        return bytes(content.read())


def _lead(row: Snapshot) -> str:
    return {
        Snapshot.How.CAPTURED: _("Kanalkollen hämtade sidan och sparade den som den såg ut."),
        Snapshot.How.UPLOADED: _("En person på kommunen sparade hur kanalen såg ut och lämnade filerna."),
        Snapshot.How.EXPORT: _("Plattformen lämnade ut kanalens innehåll i en export."),
    }[Snapshot.How(row.how)]


def _cover(row: Snapshot) -> list[Fact]:
    said: dict[str, Any] = row.facts
    found = [
        (_("Kanal"), said["name"]),
        (_("Plattform"), said["platform"]),
        (_("Konto"), said["handle"]),
        (_("Adress"), row.address),
        (_("Verksamhet"), said["unit"]),
        (_("Personuppgiftsansvarig"), said["controller"]),
        (_("Tagen"), _moment(row.taken_at)),
        (_("Halvår"), _half_year(row)),
        (_("Varför"), ". ".join(part for part in (str(row.get_reason_display()), row.note) if part)),
        (_("Hur"), str(row.get_how_display())),
        (_("Begärd av"), said.get("asked_by", "")),
        (_("Enligt"), "\n".join(said["rules"])),
        (_("Nummer i Kanalkollen"), str(row.pk)),
    ]
    return [Fact(str(term), value) for term, value in found if value]


def _half_year(row: Snapshot) -> str:
    values = {"half": 1 if row.period.month < 7 else 2, "year": row.period.year}
    return _("halvår %(half)s, %(year)s") % values


def _provenance(row: Snapshot, files: Sequence[SnapshotFile]) -> list[Fact]:
    found = [fact for one in files if one.role == R.CAPTURE for fact in read_capture(bytes_of(one))]
    if not found:
        came = max((one.file.at for one in files), default=row.asked_at)
        found = [Fact(_("Filerna kom"), _moment(came))]
    for one in files:
        if one.role == R.EXPORT:
            found += _in_export(one)
    return found


def _in_export(one: SnapshotFile) -> list[Fact]:
    try:
        export = inspect_export(ContentFile(bytes_of(one), one.file.name))
    except IntakeError:
        return []
    if not export.members:
        return []
    lines = [f"{name} ({size})" for name, size in export.members]
    if export.count > len(lines):
        lines.append(_("och %(count)s filer till") % {"count": export.count - len(lines)})
    return [Fact(_("Filer i exporten, med storlek i byte"), "\n".join(lines))]


def _notes(files: Sequence[SnapshotFile]) -> list[str]:
    return list(dict.fromkeys(str(one.file.proves) for one in files if one.role not in _DATA))


def _listed(one: SnapshotFile) -> SourceFile:
    return SourceFile(one.file.name, str(one.get_role_display()), one.file.size, one.file.sha256)


def _attached(one: SnapshotFile) -> Attachment:
    number = f"{one.role}-{one.place + 1}-{one.file.name}"
    kind = "Data" if one.role in _DATA else "Source"
    return Attachment(number, bytes_of(one), one.file.content_type, str(one.get_role_display()), kind)  # type: ignore[arg-type]


def _posts(files: Sequence[SnapshotFile]) -> tuple[list[Post], str]:
    for one in files:
        if one.role == R.POSTS:
            return read_posts(bytes_of(one))
    return [], ""


def _pages(files: Sequence[SnapshotFile]) -> tuple[list[Picture], list[Fact]]:
    """Return the pictures in their order, the pages of a given PDF among them, and the texts of those pages."""
    pictures: list[Picture] = []
    texts: list[Fact] = []
    for one in files:
        if one.role == R.SCREENSHOT:
            pictures.append(Picture(one.file.name, bytes_of(one)))
        elif one.role == R.DOCUMENT:
            for number, page in enumerate(pages_of(bytes_of(one)), start=1):
                values = {"name": one.file.name, "number": number}
                pictures.append(Picture(_("%(name)s, sidan %(number)s") % values, page.picture))
                if page.text.strip():
                    texts.append(Fact(_("Texten på sidan %(number)s i %(name)s") % values, page.text.strip()))
    return pictures, texts


def _moment(value: Any) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local:%Y-%m-%d %H.%M} (UTC{local.isoformat()[-6:]})"
