"""Rows that point at something by label and id ("moderation.case", "17") and by no foreign key: events, obligations, records.

An app below points so at what it must not know. Here is how such rows are limited to those whose object is in a query.
"""

from typing import Any

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Exact


def pointed_at(label: str, rows: QuerySet[Any], prefix: str = "") -> Q:
    """Return the condition for rows that point at one of `rows`, which are of the model with that label and have number ids.

    `prefix`: the way to the row that points. The database looks each up by its key, so that it costs what is looked at and
    not what there is; the id of anything else is never read as a number.
    """
    kind, key = OuterRef(f"{prefix}subject_type"), OuterRef(f"{prefix}subject_id")
    number = Case(When(Exact(kind, Value(label)), then=Cast(key, BigIntegerField())))
    return Q(**{f"{prefix}subject_type": label}) & Q(Exists(rows.order_by().filter(pk=number)))
