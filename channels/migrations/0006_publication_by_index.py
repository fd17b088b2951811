"""A session plans the question of an address's channel once, perhaps when the register was empty: plan for an index then too.

Otherwise each address of an import read every channel that the import had brought in before it.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("channels", "0005_provisional")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION kanalkollen_due_address() SET enable_seqscan = off",
            "ALTER FUNCTION kanalkollen_due_address() RESET enable_seqscan",
        ),
    ]
