"""Plain values that actions take and rows give back."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Secrecy:
    """A secrecy mark: the provision, the day and the authority, all three (OSL 5:5)."""

    provision: str
    date: datetime.date
    authority: str


@dataclass(frozen=True)
class SheetValues:
    """What is proposed to stand in the diary (OSL 5:2). `…_apart`: kept out of the part that everybody may read.

    `matter` is "new" or "existing", and then `matter_number` says which.
    """

    document_date: datetime.date
    concerns: str
    counterpart: str = ""
    counterpart_apart: bool = False
    concerns_apart: bool = False
    matter: str = "new"
    matter_number: str = ""
    secrecy: Secrecy | None = None
