"""Models of what is kept: files, records, snapshots, the sheets that are handed to the registrar, deliveries, and disposal."""

from archive.models.deliveries import Delivery, DeliveryFile, DeliveryRecord
from archive.models.diary import DiarySheet
from archive.models.disposal import DisposalCertificate, DisposalDecision, DisposalItem, DisposalList, Hold
from archive.models.files import StoredFile
from archive.models.fixity import FixityCheck
from archive.models.records import Record, RecordFile
from archive.models.snapshot import Snapshot, SnapshotFile

__all__ = [
    "Delivery",
    "DeliveryFile",
    "DeliveryRecord",
    "DiarySheet",
    "DisposalCertificate",
    "DisposalDecision",
    "DisposalItem",
    "DisposalList",
    "FixityCheck",
    "Hold",
    "Record",
    "RecordFile",
    "Snapshot",
    "SnapshotFile",
    "StoredFile",
]
