"""Models of what is kept: stored files, records, the sheets that are handed to the registrar, and disposal."""

from archive.models.diary import DiarySheet
from archive.models.disposal import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold
from archive.models.files import StoredFile
from archive.models.records import Record, RecordFile

__all__ = [
    "DiarySheet",
    "DisposalCertificate",
    "DisposalDecision",
    "DisposalItem",
    "DisposalList",
    "Hold",
    "Record",
    "RecordFile",
    "StoredFile",
]
