import kommun.embedding
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kommun', '0002_confirmation_months'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicationDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(blank=True, max_length=140, verbose_name='kanal')),
                ('at', models.DateTimeField(db_index=True, verbose_name='ändrat')),
            ],
            options={
                'verbose_name': 'väntande publicering',
                'verbose_name_plural': 'väntande publiceringar',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='municipality',
            name='embedded_on',
            field=models.TextField(blank=True, help_text='En adress på varje rad, till exempel https://www.tibro.se. Tomt: bara kommunens egen webbplats.', validators=[kommun.embedding.validate_sites], verbose_name='webbplatser som får visa listan över kanaler'),
        ),
    ]
