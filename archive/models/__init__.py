"""Models of what is kept: stored files, records, and the sheets that are handed to the registrar."""

from archive.models.diary import DiarySheet
from archive.models.files import StoredFile
from archive.models.records import Record, RecordFile

__all__ = ["DiarySheet", "Record", "RecordFile", "StoredFile"]
