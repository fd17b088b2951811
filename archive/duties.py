"""What can be due in the archive, as kinds of the one clock.

No law or policy gives a number of days: registration is "so snart" (OSL 5:1). So there is no due time, only age, and
whoever does not answer is reminded and passed over.
"""

from django.utils.translation import gettext_lazy as _

from channels.clock import Kind, Pace, Stage, register

DIARISE, AMEND_SHEET, LOOK_AT_SNAPSHOT, FILE_DAMAGED, RECEIPT = (
    "diarise",
    "amend_sheet",
    "look_at_snapshot",
    "file_damaged",
    "delivery_receipt",
)

# The act that asks has sent its own mail. The undated stages count; a dated one would be missed at its own time.
SOON = Pace(
    dated=(Stage("holder", "due", hours=0, missed=True), Stage("strategist", "due", days=2)),
    undated=(
        Stage("holder", "opened", days=1),
        Stage("holder", "opened", days=3),
        Stage("strategist", "opened", days=5),
        Stage("manager", "opened", days=10),
    ),
    again=10,
)

register(
    Kind(DIARISE, _("Diarieför en handling"), SOON),
    Kind(AMEND_SHEET, _("Komplettera ett diarieblad"), SOON),
    Kind(FILE_DAMAGED, _("En bevarad fil är skadad"), SOON),
    Kind(LOOK_AT_SNAPSHOT, _("Titta på en ögonblicksbild"), SOON),
    Kind(RECEIPT, _("Skriv in om en leverans togs emot"), SOON),
)
