import django.core.validators
import django.db.models.deletion
import pizzeria.foundation.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Kitchen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=60)),
                ('taking_orders', models.BooleanField(default=True)),
                ('pause_reason', models.CharField(blank=True, max_length=120)),
                ('paused_until', models.DateTimeField(blank=True, null=True)),
                ('max_concurrent_orders', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1)])),
                ('oven_slots', models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1)])),
                ('opening_hours', models.JSONField(blank=True, default=dict)),
                ('closed_days', models.JSONField(blank=True, default=list)),
                ('version', models.PositiveBigIntegerField(default=0)),
                ('last_number_date', models.DateField(blank=True, null=True)),
                ('last_number', models.PositiveIntegerField(default=0)),
            ],
            options={
                'permissions': [('see_board', 'Can see the board'), ('cook', 'Can start and finish tickets'), ('hand_over', 'Can hand over at the counter'), ('pause', 'Can pause and resume the kitchen'), ('change_capacity', 'Can change capacity and oven slots')],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('max_concurrent_orders__gte', 1), ('oven_slots__gte', 1)), name='kitchen_has_room')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(unique=True)),
                ('label', models.CharField(max_length=16)),
                ('method', models.CharField(choices=[('pickup', 'pickup'), ('delivery', 'delivery')], max_length=10)),
                ('items', models.JSONField(default=list)),
                ('notes', models.CharField(blank=True, max_length=500)),
                ('allergies', models.CharField(blank=True, max_length=300)),
                ('minutes', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('held', 'being paid'), ('scheduled', 'for later'), ('waiting', 'waiting'), ('cooking', 'cooking'), ('ready', 'ready'), ('gone', 'gone'), ('withdrawn', 'withdrawn')], max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('state_changed_by', models.CharField(blank=True, db_default='', max_length=32)),
                ('due_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('kitchen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='kitchen.kitchen')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('state__in', ('gone', 'withdrawn')), _negated=True), fields=['kitchen', 'due_at'], name='ticket_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'scheduled', 'waiting', 'cooking', 'ready', 'gone', 'withdrawn'])), name='ticket_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cooking'), _negated=True), ('started_at__isnull', False), _connector='OR'), name='ticket_cooking_has_begun')],
            },
        ),
    ]
