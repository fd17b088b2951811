"""Every state change of the archive: keep, take snapshots, hand to the registrar, deliver, hold, and dispose of."""

from archive.actions.capturing import ids_to_take, take_back_lost, take_snapshot
from archive.actions.completing import complete_lost, complete_snapshot
from archive.actions.delivering import (
    deliver,
    fetch_delivery,
    prepare_deliveries,
    prepare_delivery_again,
    receive_delivery,
    refuse_delivery,
    withdraw_delivery,
)
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
from archive.actions.fixity import check_file, check_files
from archive.actions.keeping import keep_file, keep_made_file, keep_record
from archive.actions.schedule import put_classes
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
    "approve_items",
    "ask_snapshot",
    "carry_out",
    "check_file",
    "check_files",
    "complete_lost",
    "complete_snapshot",
    "confirm_list",
    "decline_diary",
    "deliver",
    "fail_snapshot",
    "fetch_delivery",
    "give_back_snapshot",
    "hand_in_snapshot",
    "ids_to_take",
    "keep_file",
    "keep_item",
    "keep_made_file",
    "keep_record",
    "note_decision",
    "prepare_deliveries",
    "prepare_delivery_again",
    "propose_diary",
    "propose_list",
    "put_classes",
    "receive_delivery",
    "refuse_delivery",
    "reject_snapshot",
    "release_hold",
    "return_diary",
    "set_hold",
    "show_file",
    "sign_list",
    "start_snapshot",
    "take_back_lost",
    "take_snapshot",
    "upload_snapshot",
    "withdraw_delivery",
    "withdraw_list",
]
