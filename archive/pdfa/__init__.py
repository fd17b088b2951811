"""PDF/A out of texts and pictures: written, checked by ourselves, and by an independent validator where there is one.

Nothing here knows the database. `Sheet` says what the document holds, `render` returns its bytes, `problems_of` what is
wrong with a file. The same sheet gives the same bytes; nothing is fetched from the network or the disk.
"""

from archive.pdfa.check import Problem, problems_of
from archive.pdfa.sheet import Attachment, Fact, Picture, Post, Sheet, SourceFile
from archive.pdfa.validator import Validated, validate
from archive.pdfa.writer import render

__all__ = [
    "Attachment",
    "Fact",
    "Picture",
    "Post",
    "Problem",
    "Sheet",
    "SourceFile",
    "Validated",
    "problems_of",
    "render",
    "validate",
]
