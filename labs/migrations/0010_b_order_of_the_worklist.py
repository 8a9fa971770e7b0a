"""The worklist is read in order from indexes of the tests that may wait; the database keeps what those rest on."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

FILL = """
    update labs_scheduledtest as test set may_wait = false
    where closed_by_id is null and skipped_because = '' and (
        (collected_on is not null and kind in ('chimerism', 'ct_pet', 'late_effects', 'mri', 'visit'))
        or exists (select from patients_patient where id = test.patient_id and deceased_on is not null)
        or exists (select from labs_plan where id = test.plan_id and ended_on is not null)
    );
"""


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0009_a_holds_and_moves'),
        ('patients', '0004_contact_details'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DiagnosisOnList',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('patients.diagnosis',),
        ),
        migrations.CreateModel(
            name='PatientOnList',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('patients.patient',),
        ),
        migrations.CreateModel(
            name='PlanOnList',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('labs.plan',),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='scheduledtest',
            name='place_on_list',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='scheduledtest',
            name='update_update',
        ),
        migrations.AddField(
            model_name='scheduledtest',
            name='may_wait',
            field=models.BooleanField(default=True, verbose_name='may wait'),
        ),
        migrations.AddField(
            model_name='scheduledtesthistory',
            name='may_wait',
            field=models.BooleanField(default=True, verbose_name='may wait'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('collected_on__isnull', True)), fields=['site', 'risk', 'late_from', 'id', 'opens_on', 'due_on'], name='scheduled_waiting'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('booked_for__isnull', False), ('collected_on__isnull', True)), fields=['site', 'booked_for', 'id'], name='scheduled_booked'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('collected_on__isnull', True), ('snoozed_until__isnull', False)), fields=['site', 'snoozed_until', 'risk', 'id'], name='scheduled_snoozed'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('collected_on__isnull', True), ('held_until__isnull', False)), fields=['site', 'held_until', 'id'], name='scheduled_held'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('collected_on__isnull', False)), fields=['site', 'collected_on', 'id'], name='scheduled_collected'),
        ),
        migrations.AddIndex(
            model_name='scheduledtest',
            index=models.Index(condition=models.Q(('closed_by__isnull', True), ('may_wait', True), ('skipped_because', ''), ('assigned_to__isnull', False)), fields=['assigned_to', 'late_from'], name='scheduled_assigned'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduledtest',
            trigger=pgtrigger.compiler.Trigger(name='place_on_list', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'INSERT' OR NEW.site_id IS NULL THEN\n        NEW.site_id := (SELECT site_id FROM patients_patient WHERE id = NEW.patient_id);\n        NEW.risk := coalesce((\n        SELECT case risk_group when 'high' then 0 when 'adverse' then 0 when 'unknown' then 1 when 'intermediate' then 1 when 'standard' then 2 when 'favourable' then 3 end FROM patients_diagnosis\n        WHERE id = (SELECT diagnosis_id FROM labs_plan WHERE id = NEW.plan_id)\n    ), 1);\n        NEW.may_wait := (\n        NOT (NEW.collected_on IS NOT NULL AND NEW.kind IN ('chimerism', 'ct_pet', 'late_effects', 'mri', 'visit'))\n        AND (SELECT deceased_on IS NULL FROM patients_patient WHERE id = NEW.patient_id)\n        AND (NEW.plan_id IS NULL OR (SELECT ended_on IS NULL FROM labs_plan WHERE id = NEW.plan_id))\n    );\n        RETURN NEW;\n    END IF;\n    IF (NEW.patient_id, NEW.plan_id, NEW.kind, NEW.opens_on, NEW.lapses_on, NEW.booked_for, NEW.held_from, NEW.held_until, NEW.collected_on, NEW.closed_by_id, NEW.skipped_because) IS DISTINCT FROM (OLD.patient_id, OLD.plan_id, OLD.kind, OLD.opens_on, OLD.lapses_on, OLD.booked_for, OLD.held_from, OLD.held_until, OLD.collected_on, OLD.closed_by_id, OLD.skipped_because) THEN\n        NEW.may_wait := (\n        NOT (NEW.collected_on IS NOT NULL AND NEW.kind IN ('chimerism', 'ct_pet', 'late_effects', 'mri', 'visit'))\n        AND (SELECT deceased_on IS NULL FROM patients_patient WHERE id = NEW.patient_id)\n        AND (NEW.plan_id IS NULL OR (SELECT ended_on IS NULL FROM labs_plan WHERE id = NEW.plan_id))\n    );\n        IF NEW.booked_for IS DISTINCT FROM OLD.booked_for AND NEW.booked_for IS NOT NULL\n            OR NEW.collected_on IS NOT NULL OR NEW.closed_by_id IS NOT NULL OR NEW.skipped_because <> '' THEN\n            NEW.snoozed_until := NULL;\n        END IF;\n    END IF;\n    RETURN NEW;\n", hash='5c2e1f761a42cb44f487958dce0cb86d2ceffc59', operation='INSERT OR UPDATE', pgid='pgtrigger_place_on_list_d125d', table='labs_scheduledtest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduledtest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."booked_at_place" IS DISTINCT FROM (NEW."booked_at_place") OR OLD."booked_for" IS DISTINCT FROM (NEW."booked_for") OR OLD."booked_time" IS DISTINCT FROM (NEW."booked_time") OR OLD."closed_by_id" IS DISTINCT FROM (NEW."closed_by_id") OR OLD."closes_on" IS DISTINCT FROM (NEW."closes_on") OR OLD."collected_on" IS DISTINCT FROM (NEW."collected_on") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."held_from" IS DISTINCT FROM (NEW."held_from") OR OLD."held_until" IS DISTINCT FROM (NEW."held_until") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."lapses_on" IS DISTINCT FROM (NEW."lapses_on") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."opens_on" IS DISTINCT FROM (NEW."opens_on") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."pinned" IS DISTINCT FROM (NEW."pinned") OR OLD."plan_id" IS DISTINCT FROM (NEW."plan_id") OR OLD."sequence" IS DISTINCT FROM (NEW."sequence") OR OLD."skipped_at" IS DISTINCT FROM (NEW."skipped_at") OR OLD."skipped_because" IS DISTINCT FROM (NEW."skipped_because") OR OLD."skipped_by_id" IS DISTINCT FROM (NEW."skipped_by_id") OR OLD."snoozed_until" IS DISTINCT FROM (NEW."snoozed_until") OR OLD."step" IS DISTINCT FROM (NEW."step"))', func='INSERT INTO "labs_scheduledtesthistory" ("assigned_to_id", "booked_at_place", "booked_for", "booked_time", "closed_by_id", "closes_on", "collected_on", "due_on", "held_from", "held_until", "id", "kind", "lapses_on", "late_from", "may_wait", "note", "opens_on", "origin", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinned", "plan_id", "risk", "sequence", "site_id", "skipped_at", "skipped_because", "skipped_by_id", "snoozed_until", "step") VALUES (OLD."assigned_to_id", OLD."booked_at_place", OLD."booked_for", OLD."booked_time", OLD."closed_by_id", OLD."closes_on", OLD."collected_on", OLD."due_on", OLD."held_from", OLD."held_until", OLD."id", OLD."kind", OLD."lapses_on", OLD."late_from", OLD."may_wait", OLD."note", OLD."opens_on", OLD."origin", OLD."patient_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."pinned", OLD."plan_id", OLD."risk", OLD."sequence", OLD."site_id", OLD."skipped_at", OLD."skipped_because", OLD."skipped_by_id", OLD."snoozed_until", OLD."step"); RETURN NULL;', hash='962df0502e61d1cfd71f8b7aaa68ced8bb0e6ef5', operation='UPDATE', pgid='pgtrigger_update_update_7a590', table='labs_scheduledtest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='diagnosisonlist',
            trigger=pgtrigger.compiler.Trigger(name='rank_tests', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."risk_group" IS DISTINCT FROM (NEW."risk_group"))', func="\n    UPDATE labs_scheduledtest AS test SET risk = coalesce((\n        SELECT case risk_group when 'high' then 0 when 'adverse' then 0 when 'unknown' then 1 when 'intermediate' then 1 when 'standard' then 2 when 'favourable' then 3 end FROM patients_diagnosis\n        WHERE id = (SELECT diagnosis_id FROM labs_plan WHERE id = test.plan_id)\n    ), 1)\n    WHERE test.plan_id IN (SELECT id FROM labs_plan WHERE diagnosis_id = NEW.id);\n    RETURN NULL;\n", hash='1c76ea905cc7bc803a5484204bcfd12ab070e139', operation='UPDATE', pgid='pgtrigger_rank_tests_1839f', table='patients_diagnosis', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientonlist',
            trigger=pgtrigger.compiler.Trigger(name='move_tests', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."deceased_on" IS DISTINCT FROM (NEW."deceased_on"))', func="\n    UPDATE labs_scheduledtest AS test SET site_id = (SELECT site_id FROM patients_patient WHERE id = test.patient_id), may_wait = (\n        NOT (test.collected_on IS NOT NULL AND test.kind IN ('chimerism', 'ct_pet', 'late_effects', 'mri', 'visit'))\n        AND (SELECT deceased_on IS NULL FROM patients_patient WHERE id = test.patient_id)\n        AND (test.plan_id IS NULL OR (SELECT ended_on IS NULL FROM labs_plan WHERE id = test.plan_id))\n    )\n    WHERE test.patient_id = NEW.id;\n    RETURN NULL;\n", hash='50dbe8612bff16fb823d8f08e7f9ae9d4cb76106', operation='UPDATE', pgid='pgtrigger_move_tests_63930', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planonlist',
            trigger=pgtrigger.compiler.Trigger(name='end_tests', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_on" IS DISTINCT FROM (NEW."ended_on"))', func="\n    UPDATE labs_scheduledtest AS test SET may_wait = (\n        NOT (test.collected_on IS NOT NULL AND test.kind IN ('chimerism', 'ct_pet', 'late_effects', 'mri', 'visit'))\n        AND (SELECT deceased_on IS NULL FROM patients_patient WHERE id = test.patient_id)\n        AND (test.plan_id IS NULL OR (SELECT ended_on IS NULL FROM labs_plan WHERE id = test.plan_id))\n    ) WHERE test.plan_id = NEW.id AND test.closed_by_id IS NULL AND test.skipped_because = '';\n    RETURN NULL;\n", hash='72ef5352ec25a2a6c08a95a0cb2847b76fc64ec6', operation='UPDATE', pgid='pgtrigger_end_tests_a474a', table='labs_plan', when='AFTER')),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
