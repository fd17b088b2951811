"""Every state change of the archive: keep, hand to the registrar and be answered, hold, and dispose of."""

from archive.actions.destroying import carry_out
from archive.actions.diary import accept_diary, decline_diary, propose_diary, return_diary
from archive.actions.disposal import (
    approve_items,
    confirm_list,
    keep_item,
    note_decision,
    propose_list,
    release_hold,
    set_hold,
    sign_list,
    withdraw_list,
)
from archive.actions.keeping import keep_file, keep_record
from archive.actions.schedule import put_classes
from archive.actions.showing import show_file

__all__ = [
    "accept_diary",
    "approve_items",
    "carry_out",
    "confirm_list",
    "decline_diary",
    "keep_file",
    "keep_item",
    "keep_record",
    "note_decision",
    "propose_diary",
    "propose_list",
    "put_classes",
    "release_hold",
    "return_diary",
    "set_hold",
    "show_file",
    "sign_list",
    "withdraw_list",
]
