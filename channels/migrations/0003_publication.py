"""The database notes what the public pages must show anew, whoever changes it and however (kommun.PublicationDue)."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION kanalkollen_due(slugs text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO kommun_publicationdue (slug, at) SELECT DISTINCT unnest(slugs), clock_timestamp();
$$;

-- What every page may show.
CREATE FUNCTION kanalkollen_due_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kanalkollen_due(ARRAY['']);
    RETURN NULL;
END;
$$;

-- A draft of a policy holds for nobody.
CREATE FUNCTION kanalkollen_due_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' THEN
        PERFORM kanalkollen_due(ARRAY['']);
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION kanalkollen_due_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kanalkollen_due(array_remove(ARRAY[OLD.slug, NEW.slug]::text[], NULL));
    RETURN NULL;
END;
$$;

CREATE FUNCTION kanalkollen_due_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kanalkollen_due(ARRAY(SELECT slug::text FROM channels_channel WHERE id IN (OLD.channel_id, NEW.channel_id)));
    RETURN NULL;
END;
$$;

-- Of a person the public sees title, unit and perhaps the name. A sign-in changes none of them.
CREATE FUNCTION kanalkollen_due_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.name, OLD.title, OLD.unit_id) IS DISTINCT FROM (NEW.name, NEW.title, NEW.unit_id) THEN
        PERFORM kanalkollen_due(
            ARRAY(SELECT slug::text FROM channels_channel WHERE owner_id = NEW.id OR deputy_id = NEW.id)
        );
    END IF;
    RETURN NULL;
END;
$$;
"""
ANY, ROW = "INSERT OR UPDATE OR DELETE", "ROW"
# table: when, for each what, which function
TRIGGERS = {
    "kommun_municipality": (ANY, "STATEMENT", "kanalkollen_due_all"),
    "kommun_policyversion": ("INSERT OR UPDATE", ROW, "kanalkollen_due_policy"),
    "accounts_unit": (ANY, "STATEMENT", "kanalkollen_due_all"),
    "channels_platform": (ANY, "STATEMENT", "kanalkollen_due_all"),
    "channels_channel": (ANY, ROW, "kanalkollen_due_channel"),
    "channels_channeladdress": (ANY, ROW, "kanalkollen_due_address"),
    "accounts_user": ("UPDATE", ROW, "kanalkollen_due_person"),
}
CREATE = FUNCTIONS + "".join(
    f"CREATE TRIGGER publication_due AFTER {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();\n"
    for table, (when, each, function) in TRIGGERS.items()
)
REMOVE = (
    "".join(f"DROP TRIGGER publication_due ON {table};\n" for table in TRIGGERS)
    + "".join(f"DROP FUNCTION {function}();\n" for function in dict.fromkeys(each[2] for each in TRIGGERS.values()))
    + "DROP FUNCTION kanalkollen_due(text[]);\n"
)


class Migration(migrations.Migration):

    dependencies = [
        ("channels", "0002_clock"),
        ("accounts", "0003_one_user_an_address"),
        ("kommun", "0003_publication"),
    ]

    operations = [migrations.RunSQL(CREATE, REMOVE)]
