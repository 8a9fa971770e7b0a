"""Finding the signals a mute holds back among all of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A partial index: muted signals are few."""

    dependencies: ClassVar = [("labs", "0017_notification_attempts")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                fields=["muted_by"], condition=models.Q(("muted_by__isnull", False)), name="flag_muted"
            ),
        ),
    ]
