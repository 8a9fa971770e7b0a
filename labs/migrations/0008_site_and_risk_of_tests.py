"""Each scheduled test learns the site of its patient and the rank of its plan's risk; from then on it must have them."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    set constraints all immediate;
    update labs_scheduledtest as test
    set site_id = patient.site_id,
        risk = coalesce((
            select case risk_group when 'high' then 0 when 'adverse' then 0 when 'unknown' then 1 when 'intermediate' then 1 when 'standard' then 2 when 'favourable' then 3 end
            from patients_diagnosis where id = (select diagnosis_id from labs_plan where id = test.plan_id)
        ), 1)
    from patients_patient as patient
    where patient.id = test.patient_id;
    alter table labs_scheduledtesthistory disable trigger user;
    update labs_scheduledtesthistory as test set site_id = patient.site_id
    from patients_patient as patient where patient.id = test.patient_id;
    alter table labs_scheduledtesthistory enable trigger user;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0007_surveillance'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='scheduledtesthistory',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.site', verbose_name='site'),
        ),
        migrations.AlterField(
            model_name='scheduledtest',
            name='site',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.site', verbose_name='site'),
        ),
    ]
