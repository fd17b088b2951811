"""The figures are counted in one statement, however many questions are asked of them afterwards."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from kommun.business_time import end_of
from moderation.models import CaseFigures

# A case belongs to the half-year in which the municipality came to know of it, in Swedish time, whenever it ended. The
# removal clock stops when the post is hidden, goes by itself or is left standing; that of a question when the answer was
# published, whenever somebody wrote it down. What went by itself within its time was neither kept nor missed. What has no
# number (skyndsamt), or is to be done at once, has no time to keep or miss: how fast it went is in the medians.
COUNT = """
INSERT INTO moderation_casefigures (starts_on, channel_id, category, title, cases, hidden, answered, kept, missed, appeals,
    hours_to_hide, hours_to_answer, counted_at)
SELECT starts_on, channel_id, CASE WHEN GROUPING(category) = 0 THEN category END,
    CASE WHEN GROUPING(category) = 0 THEN coalesce(max(category_title), '') ELSE '' END,
    count(*), count(hide_hours), count(answer_hours),
    count(*) FILTER (WHERE ended_at < due_at AND ended_at IS DISTINCT FROM gone_at),
    count(*) FILTER (WHERE coalesce(ended_at, %(now)s) >= due_at),
    coalesce(sum(appeals), 0),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hide_hours),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY answer_hours),
    %(now)s
FROM (
    SELECT c.channel_id, c.category, c.category_title, c.due_at, c.gone_at, appealed.appeals,
        (date_trunc('year', local.at) + CASE WHEN extract(month FROM local.at) > 6 THEN interval '6 months'
            ELSE interval '0' END)::date AS starts_on,
        CASE WHEN c.kind = 'question' THEN coalesce(c.answered_at, c.gone_at, c.closed_at)
            ELSE coalesce(c.hidden_at, c.gone_at, c.closed_at) END AS ended_at,
        CASE WHEN c.kind = 'report' THEN extract(epoch FROM c.hidden_at - c.known_at) / 3600 END AS hide_hours,
        CASE WHEN c.kind = 'question' THEN extract(epoch FROM c.answered_at - c.known_at) / 3600 END AS answer_hours
    FROM moderation_case c
    CROSS JOIN LATERAL (SELECT c.known_at AT TIME ZONE 'Europe/Stockholm' AS at) AS local
    LEFT JOIN ({appeals}) AS appealed ON appealed.case_id = c.id
    WHERE %(since)s::timestamptz IS NULL OR c.known_at >= %(since)s
) AS found
GROUP BY starts_on, GROUPING SETS ((), (channel_id), (category), (channel_id, category))
"""
APPEALS = "SELECT case_id, count(*) AS appeals FROM moderation_reconsideration GROUP BY case_id"


@transaction.atomic
def count_cases(*, now: datetime, since: date | None = None) -> int:
    """Count every figure anew, or those of half-years that begin on `since` or later, and return how many there are.

    Safe to run twice, and from two sides at once. Whoever reads meanwhile sees the figures from before. A million cases
    take seconds, so pages ask for the figures and never count by themselves.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7040004)")
        old = CaseFigures.objects.filter(starts_on__gte=since) if since else CaseFigures.objects.all()
        old.delete()
        begins = end_of(since - timedelta(days=1)) if since else None
        cursor.execute(COUNT.format(appeals=APPEALS), {"now": now, "since": begins})
        return cursor.rowcount
