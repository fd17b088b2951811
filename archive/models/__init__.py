"""Models of what is kept: stored files, records, snapshots, and the sheets that are handed to the registrar."""

from archive.models.diary import DiarySheet
from archive.models.files import StoredFile
from archive.models.fixity import FixityCheck
from archive.models.records import Record, RecordFile
from archive.models.snapshot import Snapshot, SnapshotFile

__all__ = ["DiarySheet", "FixityCheck", "Record", "RecordFile", "Snapshot", "SnapshotFile", "StoredFile"]
