"""The decisions that hold today, as rows of their own: what was before them is not known, so an undo is not offered."""

from django.db import migrations

KEEP = """
    insert into labs_flagdecision (flag_id, at, by_id, decision, note, watch_until, review_before)
    select id, reviewed_at, reviewed_by_id, decision, decision_note, watch_until, 'open'
    from labs_flag where review = 'resolved' order by reviewed_at, id
"""


class Migration(migrations.Migration):
    dependencies = [("labs", "0014_decisions_mutes_notifications")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
