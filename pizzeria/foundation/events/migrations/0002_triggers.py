from django.db import migrations


class Migration(migrations.Migration):
    """The event log only grows: the database itself refuses to change or delete an event."""

    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION refuse_to_change_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON events_storedevent
                FOR EACH ROW EXECUTE FUNCTION refuse_to_change_an_event();
            """,
            reverse_sql="""
            DROP TRIGGER event_append_only ON events_storedevent;
            DROP FUNCTION refuse_to_change_an_event();
            """,
        )
    ]
