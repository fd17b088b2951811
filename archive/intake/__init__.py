"""What comes in is looked at here, before anything is stored: files by their content, texts by their characters.

Pure: nothing is written, and nothing of a refused file is left anywhere.
"""

from archive.intake.exports import Export, inspect_export
from archive.intake.files import REMOVED, Inspected, inspect_upload
from archive.intake.reasons import IntakeError
from archive.intake.texts import MAX_TEXT, Text, clean_line, clean_text

__all__ = [
    "MAX_TEXT",
    "REMOVED",
    "Export",
    "Inspected",
    "IntakeError",
    "Text",
    "clean_line",
    "clean_text",
    "inspect_export",
    "inspect_upload",
]
