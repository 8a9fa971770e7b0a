"""When a notification was last tried, which second opinion one is about, and steps of signals by time."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0016_decisions_and_their_steps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='notification',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notification',
            name='insert_insert',
        ),
        migrations.AddField(
            model_name='notification',
            name='attempted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='last attempt'),
        ),
        migrations.AddField(
            model_name='notificationhistory',
            name='attempted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='last attempt'),
        ),
        migrations.AddField(
            model_name='notifiedflag',
            name='opinion',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='told', to='labs.secondopinion'),
        ),
        migrations.AlterField(
            model_name='notifiedflag',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='labs.flagevent'),
        ),
        migrations.AddIndex(
            model_name='flagevent',
            index=models.Index(fields=['at'], name='flag_event_by_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notification',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "labs_notificationhistory" ("address", "attempted_at", "attempts", "body", "failure", "id", "kind", "made_at", "not_before", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient_id", "sent_at", "site_id", "state", "subject", "way") VALUES (OLD."address", OLD."attempted_at", OLD."attempts", OLD."body", OLD."failure", OLD."id", OLD."kind", OLD."made_at", OLD."not_before", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."recipient_id", OLD."sent_at", OLD."site_id", OLD."state", OLD."subject", OLD."way"); RETURN NULL;', hash='8ed4e9601a516347dba372ea58955ec759f03edb', operation='UPDATE', pgid='pgtrigger_update_update_c2290', table='labs_notification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notification',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "labs_notificationhistory" ("address", "attempted_at", "attempts", "body", "failure", "id", "kind", "made_at", "not_before", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recipient_id", "sent_at", "site_id", "state", "subject", "way") VALUES (NEW."address", NEW."attempted_at", NEW."attempts", NEW."body", NEW."failure", NEW."id", NEW."kind", NEW."made_at", NEW."not_before", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recipient_id", NEW."sent_at", NEW."site_id", NEW."state", NEW."subject", NEW."way"); RETURN NULL;', hash='734344caf3aafc8fe02547b603cc7468c637eab7', operation='INSERT', pgid='pgtrigger_insert_insert_ba6a0', table='labs_notification', when='AFTER')),
        ),
    ]
