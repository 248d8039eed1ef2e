from django.db import migrations

TABLES = (
    "strategies_strategy",
    "strategies_strategytoken",
    "strategies_account",
    "strategies_strategyaccount",
)

CREATE_FUNCTION = """
CREATE FUNCTION strategies_notify_routes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('routes', '');
    RETURN NULL;
END
$$
"""
CREATE_TRIGGER = """
CREATE TRIGGER routes_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION strategies_notify_routes()
"""
DROP_TRIGGER = "DROP TRIGGER routes_changed ON {table}"
DROP_FUNCTION = "DROP FUNCTION strategies_notify_routes()"


class Migration(migrations.Migration):
    dependencies = [("strategies", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE_FUNCTION, DROP_FUNCTION),
        *(
            migrations.RunSQL(CREATE_TRIGGER.format(table=table), DROP_TRIGGER.format(table=table))
            for table in TABLES
        ),
    ]
