"""Triggers of what is kept. They give way to a disposal that is decided and signed, and to nothing else.

The acting session names its certificate (`kanalkollen.certificate`); the database looks itself whether that certificate is
being carried out, whether just this record is on its list and approved, and whether a hold stands in the way. So a session
that only claims to dispose of something gets nowhere. The package's own switch (`pgtrigger.ignore`) does not work here.
"""

from typing import Any

import pgtrigger
from pgtrigger import compiler

SESSION = "kanalkollen.certificate"
_REFUSE = "RAISE EXCEPTION 'pgtrigger: Cannot % rows from % table', lower(TG_OP), TG_TABLE_NAME;"
# Pictures that are a crime to hold: the act leaves an event that stays, and that is looked for.
UNLAWFUL = (
    "EXISTS (SELECT FROM kommun_event WHERE kind = 'file.erased_as_unlawful'"
    " AND subject_type = 'archive.storedfile' AND subject_id = {file}::text)"
)
WAY = """
CREATE OR REPLACE FUNCTION archive_gives_way(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    named text := current_setting('kanalkollen.certificate', true);
BEGIN
    IF named IS NULL OR named !~ '^[0-9]{1,18}$' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM archive_disposalcertificate AS c
        JOIN archive_disposallist AS l ON l.id = c.listing_id
        JOIN archive_disposalitem AS i ON i.listing_id = l.id
        WHERE c.id = named::bigint AND c.finished_at IS NULL
            AND l.status = 'confirmed' AND l.not_before <= clock_timestamp()
            AND i.record_number = wanted AND i.state = 'approved'
    ) AND NOT EXISTS (
        SELECT FROM archive_hold AS h LEFT JOIN archive_record AS r ON r.id = wanted
        WHERE h.released_at IS NULL AND (h.record_number = wanted OR h.channel_id = r.channel_id)
    );
END;
$$;
CREATE OR REPLACE FUNCTION archive_file_gives_way(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM archive_recordfile WHERE file_id = wanted) AND EXISTS (
        SELECT FROM archive_disposalitem AS i
        WHERE i.file_numbers @> ARRAY[wanted] AND archive_gives_way(i.record_number)
    );
END;
$$;
"""


class KeptSql(compiler.UpsertTriggerSql):
    """How these triggers are installed: nobody is asked whether they are switched off. Migrations refer to it."""

    def get_template(self) -> str:
        """Return the SQL."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER LANGUAGE plpgsql AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                FOR EACH {level} {condition}
                EXECUTE FUNCTION {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


def _installed(compiled: compiler.Trigger) -> compiler.Trigger:
    return compiler.Trigger(name=compiled.name, sql=KeptSql(**compiled.sql.kwargs))


class Kept(pgtrigger.Trigger):
    """A row that is never removed, nor changed where `operation` says so, unless `gives_way` is true of the old row (SQL)."""

    when, operation = pgtrigger.Before, pgtrigger.Update | pgtrigger.Delete
    gives_way = "false"

    def __init__(self, *, gives_way: str = "false", **options: Any) -> None:
        self.gives_way = gives_way
        super().__init__(**options)

    def get_func(self, model: Any) -> str:
        """Return the body of the trigger."""
        return f"IF TG_OP = 'DELETE' AND ({self.gives_way}) THEN RETURN OLD; END IF; {_REFUSE}"

    def compile(self, model: Any) -> compiler.Trigger:
        """Return the trigger as migrations keep it."""
        return _installed(super().compile(model))


class KeptFields(pgtrigger.ReadOnly):
    """Fields that stay as they were written."""

    def compile(self, model: Any) -> compiler.Trigger:
        """Return the trigger as migrations keep it."""
        return _installed(super().compile(model))
