"""Every state change of the archive: keep a file or a record, hand it to the registrar, take a snapshot and look at it."""

from archive.actions.capturing import ids_to_take, take_back_lost, take_snapshot
from archive.actions.completing import complete_lost, complete_snapshot
from archive.actions.diary import accept_diary, decline_diary, propose_diary, return_diary
from archive.actions.fixity import check_file, check_files
from archive.actions.keeping import keep_file, keep_made_file, keep_record
from archive.actions.showing import show_file
from archive.actions.snapshots import (
    Verdict,
    accept_snapshot,
    add_snapshot_file,
    ask_snapshot,
    fail_snapshot,
    give_back_snapshot,
    hand_in_snapshot,
    reject_snapshot,
    start_snapshot,
)
from archive.actions.uploading import upload_snapshot

__all__ = [
    "Verdict",
    "accept_diary",
    "accept_snapshot",
    "add_snapshot_file",
    "ask_snapshot",
    "check_file",
    "check_files",
    "complete_lost",
    "complete_snapshot",
    "decline_diary",
    "fail_snapshot",
    "give_back_snapshot",
    "hand_in_snapshot",
    "ids_to_take",
    "keep_file",
    "keep_made_file",
    "keep_record",
    "propose_diary",
    "reject_snapshot",
    "return_diary",
    "show_file",
    "start_snapshot",
    "take_back_lost",
    "take_snapshot",
    "upload_snapshot",
]
