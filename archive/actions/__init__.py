"""Every state change of the archive: keep a file, keep a record, hand it to the registrar, and the registrar's answer."""

from archive.actions.diary import accept_diary, decline_diary, propose_diary, return_diary
from archive.actions.keeping import keep_file, keep_record
from archive.actions.showing import show_file

__all__ = ["accept_diary", "decline_diary", "keep_file", "keep_record", "propose_diary", "return_diary", "show_file"]
