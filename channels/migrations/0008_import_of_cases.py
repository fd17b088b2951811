from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0007_watch")]

    operations = [
        migrations.AlterField(
            model_name="importrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("channels", "Kanaler"),
                    ("units", "Enheter"),
                    ("people", "Personer"),
                    ("cases", "Ärenden i granskningen"),
                ],
                max_length=10,
                verbose_name="vad filen innehåller",
            ),
        )
    ]
