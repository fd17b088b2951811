"""Every state change of the archive: keep a file or a record, hand it to the registrar, the answer; and deliveries."""

from archive.actions.delivering import (
    deliver,
    fetch_delivery,
    prepare_deliveries,
    prepare_delivery_again,
    receive_delivery,
    refuse_delivery,
    withdraw_delivery,
)
from archive.actions.diary import accept_diary, decline_diary, propose_diary, return_diary
from archive.actions.keeping import keep_file, keep_record
from archive.actions.showing import show_file

__all__ = [
    "accept_diary",
    "decline_diary",
    "deliver",
    "fetch_delivery",
    "keep_file",
    "keep_record",
    "prepare_deliveries",
    "prepare_delivery_again",
    "propose_diary",
    "receive_delivery",
    "refuse_delivery",
    "return_diary",
    "show_file",
    "withdraw_delivery",
]
