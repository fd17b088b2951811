"""Models of what is kept: stored files, records, the sheets that are handed to the registrar, and deliveries."""

from archive.models.deliveries import Delivery, DeliveryFile, DeliveryRecord
from archive.models.diary import DiarySheet
from archive.models.files import StoredFile
from archive.models.records import Record, RecordFile

__all__ = ["Delivery", "DeliveryFile", "DeliveryRecord", "DiarySheet", "Record", "RecordFile", "StoredFile"]
