"""Every signal has an owner. Those without get Vigil's own account; the job `labs.keep_owners` finds them somebody."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
    set constraints all immediate;
    insert into patients_user (
        password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined, role
    )
    select '!', false, 'vigil', 'Vigil', '', '', false, true, now(), 'service'
    where exists (select from labs_flaghistory where owner_id is null union select from labs_flag where owner_id is null)
      and not exists (select from patients_user where username = 'vigil');
    update labs_flag set owner_id = (select id from patients_user where username = 'vigil'), owner_as = 'nobody'
    where owner_id is null;
    alter table labs_flaghistory disable trigger user;
    update labs_flaghistory set owner_id = (select id from patients_user where username = 'vigil')
    where owner_id is null;
    alter table labs_flaghistory enable trigger user;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0012_review'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='flag',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AlterField(
            model_name='flaghistory',
            name='owner',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
    ]
