import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='StoredEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=16)),
                ('aggregate_ref', models.UUIDField()),
                ('seq', models.PositiveIntegerField()),
                ('type', models.CharField(max_length=64)),
                ('data', models.JSONField()),
                ('actor', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['aggregate_ref', 'seq'],
            },
        ),
        migrations.CreateModel(
            name='OutboxEntry',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='outbox_entry', serialize=False, to='events.storedevent')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('relayed_at', models.DateTimeField(blank=True, null=True)),
                ('dead_lettered_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, db_default='', max_length=200)),
                ('discard_reason', models.CharField(blank=True, db_default='', max_length=200)),
            ],
            options={
                'verbose_name': 'outbox entry',
                'verbose_name_plural': 'outbox entries',
                'permissions': [('relay_events', 'Can requeue or discard dead letters')],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='storedevent',
            constraint=models.UniqueConstraint(fields=('aggregate_ref', 'seq'), name='event_once_per_seq'),
        ),
        migrations.AddIndex(
            model_name='outboxentry',
            index=models.Index(condition=models.Q(('dead_lettered_at', None), ('relayed_at', None)), fields=['due_at'], name='outbox_entry_due'),
        ),
    ]
