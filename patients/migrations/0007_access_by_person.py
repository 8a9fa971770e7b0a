"""When a person last opened a patient is looked up for every signal of the inbox."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0006_lines_can_be_taken_back'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='accessevent',
            index=models.Index(fields=['by', 'patient', '-at'], name='access_by_person'),
        ),
    ]
