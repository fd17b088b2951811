"""The archive app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """Records, their files, and the hand-over to the diary."""

    name = "archive"
    verbose_name = _("Arkiv")

    def ready(self) -> None:
        """Let the clock know what can be due here, and say that sheets and files follow what their records are about (jäv)."""
        from archive import checks, duties  # noqa: F401  (models are there only now)
        from archive.models import DiarySheet, Record, RecordFile, StoredFile
        from kommun import parties

        parties.register_pointing(Record)
        parties.register_pointing(DiarySheet, "record__")
        parties.register_pointing(RecordFile, "record__")
        parties.register_pointing(StoredFile, "record_rows__record__")
