from django.db import migrations

TABLES = ("strategies_strategyrisk", "strategies_linkrisk")

CREATE_TRIGGER = """
CREATE TRIGGER routes_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION strategies_notify_routes()
"""
DROP_TRIGGER = "DROP TRIGGER routes_changed ON {table}"


class Migration(migrations.Migration):
    dependencies = [("strategies", "0003_alert_language")]

    operations = [
        migrations.RunSQL(CREATE_TRIGGER.format(table=table), DROP_TRIGGER.format(table=table))
        for table in TABLES
    ]
