"""Models of what is said: cases with their evidence, tips and replies, and what is done around them."""

from moderation.models.author import Block, Explanation, Reconsideration, ReplyTemplate
from moderation.models.case import Case
from moderation.models.conflict import ConflictOfInterest
from moderation.models.evidence import CaseEvidence
from moderation.models.figures import CaseFigures
from moderation.models.pressure import CrisisPeriod, HoldAnswer, PoliceFollowUp, ReplyHold
from moderation.models.talk import Reply, Tip

__all__ = [
    "Block",
    "Case",
    "CaseEvidence",
    "CaseFigures",
    "ConflictOfInterest",
    "CrisisPeriod",
    "Explanation",
    "HoldAnswer",
    "PoliceFollowUp",
    "Reconsideration",
    "Reply",
    "ReplyHold",
    "ReplyTemplate",
    "Tip",
]
