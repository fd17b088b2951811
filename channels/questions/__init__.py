"""The questions of the application, derived from the policy: which they are, whether they are answered, how they read.

from channels.questions import missing, parts, parts_of, part_status, summary

parts(version, scope)        the parts with their questions and rules
missing(application)         what keeps it from being sent
summary(application)         every answer in words, for the review page, the decision and its document
"""

from channels.questions.catalogue import parts
from channels.questions.checks import problem, problems
from channels.questions.facts import Facts
from channels.questions.model import NOTES, PARTS, RAW, START, Choice, Kind, Part, Question, Status, is_blank
from channels.questions.status import missing, part_status, parts_of, saved, shown, summary

__all__ = [
    "NOTES",
    "PARTS",
    "RAW",
    "START",
    "Choice",
    "Facts",
    "Kind",
    "Part",
    "Question",
    "Status",
    "is_blank",
    "missing",
    "part_status",
    "parts",
    "parts_of",
    "problem",
    "problems",
    "saved",
    "shown",
    "summary",
]
