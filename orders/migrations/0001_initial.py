import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import phonenumber_field.modelfields
import pizzeria.foundation.ids
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('events', '0001_initial'),
        ('kitchen', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Basket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('order_ref', models.UUIDField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kitchen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitchen.kitchen')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('name', models.CharField(blank=True, max_length=80)),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('method', models.CharField(choices=[('pickup', 'pickup'), ('delivery', 'delivery')], max_length=10)),
                ('status', models.CharField(choices=[('pending', 'pending'), ('confirmed', 'confirmed'), ('cooking', 'cooking'), ('ready', 'ready'), ('delivering', 'on the way'), ('delivered', 'delivered'), ('cancelled', 'cancelled')], default='pending', max_length=10)),
                ('number', models.PositiveIntegerField(null=True)),
                ('business_date', models.DateField(null=True)),
                ('placed_at', models.DateTimeField(null=True)),
                ('requested_for', models.DateTimeField(null=True)),
                ('promise_from', models.DateTimeField(null=True)),
                ('promise_until', models.DateTimeField(null=True)),
                ('lines_total', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('discount', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('delivery_fee', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('tip', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('tax', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('tax_percent', models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ('tax_included', models.BooleanField(null=True)),
                ('total', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('payment_method', models.CharField(choices=[('cash', 'cash'), ('credit_card', 'credit card'), ('debit_card', 'debit card')], default='cash', max_length=12)),
                ('paid', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=9)),
                ('cancel_reason', models.CharField(blank=True, choices=[('changed_mind', 'the guest changed their mind'), ('sold_out', 'something ran out'), ('too_busy', 'we cannot make it in time'), ('not_collected', 'nobody came for it'), ('nobody_home', 'nobody opened the door'), ('wrong_address', 'the address could not be found'), ('other', 'something else')], max_length=16)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('cooking_started_at', models.DateTimeField(null=True)),
                ('ready_at', models.DateTimeField(null=True)),
                ('out_for_delivery_at', models.DateTimeField(null=True)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.customer')),
                ('driver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kitchen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitchen.kitchen')),
            ],
            options={
                'permissions': [('stop_the_oven', 'Can cancel orders, also once they are cooking'), ('see_deliveries', 'Can see deliveries'), ('deliver', 'Can claim deliveries and make them'), ('assign_deliveries', 'Can give deliveries to drivers')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('placed', 'placed'), ('confirmed', 'confirmed'), ('cooking', 'in the oven'), ('ready', 'ready'), ('out_for_delivery', 'on the way'), ('delivered', 'delivered'), ('cancelled', 'cancelled'), ('promise_changed', 'promised anew')], max_length=20)),
                ('channel', models.CharField(choices=[('in_app', 'on the page'), ('email', 'e-mail'), ('sms', 'SMS')], max_length=8)),
                ('recipient', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('queued', 'to be sent'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed, will be tried again'), ('dead', 'dead: will not be tried again'), ('expired', 'expired')], default='queued', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('relevant_since', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('unknown_outcomes', models.PositiveSmallIntegerField(default=0)),
                ('provider_id', models.CharField(blank=True, max_length=120)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.storedevent')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='orders.order')),
            ],
            options={
                'permissions': [('resend_notifications', 'Can resend notifications')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OrderContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=80)),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('street', models.CharField(blank=True, max_length=120)),
                ('postal_code', models.CharField(blank=True, max_length=12)),
                ('city', models.CharField(blank=True, max_length=80)),
                ('directions', models.CharField(blank=True, max_length=200)),
                ('allergies', models.CharField(blank=True, max_length=300)),
                ('notes', models.CharField(blank=True, max_length=500)),
                ('reason_note', models.CharField(blank=True, max_length=300)),
                ('guest_token', models.CharField(blank=True, max_length=43)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contact', to='orders.order')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('slug', models.CharField(max_length=50)),
                ('name', models.CharField(max_length=60)),
                ('size', models.CharField(blank=True, max_length=50)),
                ('size_name', models.CharField(blank=True, max_length=40)),
                ('quantity', models.PositiveSmallIntegerField()),
                ('unit_price', models.DecimalField(decimal_places=2, max_digits=7)),
                ('minutes', models.PositiveSmallIntegerField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
            ],
            options={
                'ordering': ['position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OrderLinePart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('slug', models.CharField(max_length=50)),
                ('name', models.CharField(max_length=60)),
                ('recipe', models.JSONField(default=list)),
                ('added', models.JSONField(default=list)),
                ('left_out', models.JSONField(default=list)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='orders.orderline')),
            ],
            options={
                'ordering': ['position'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BasketLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('selection', models.JSONField()),
                ('slug', models.SlugField()),
                ('name', models.CharField(max_length=60)),
                ('quantity', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)])),
                ('basket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.basket')),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 20)), name='basket_line_quantity')],
            },
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['customer', '-id'], name='order_by_customer'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('kitchen', 'business_date', 'number'), name='order_number_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'confirmed', 'cooking', 'ready', 'delivering', 'delivered', 'cancelled'])), name='order_status_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('paid__gte', 0), ('total__gte', 0)), name='order_money_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('lines_total'), '-', models.F('discount')), '+', models.F('delivery_fee')), '+', models.F('tip')), '+', models.Case(models.When(tax_included=True, then=Decimal('0.00')), default=models.F('tax'))))), name='order_total_adds_up'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'failed', 'sending'))), fields=['due_at'], name='notification_due'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('channel', 'in_app')), fields=['recipient', '-id'], name='notification_on_the_page'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('event', 'channel', 'recipient'), name='notification_once'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sending', 'sent', 'failed', 'dead', 'expired'])), name='notification_state_known'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='order_line_position_once'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='order_line_quantity'),
        ),
        migrations.AddConstraint(
            model_name='orderlinepart',
            constraint=models.UniqueConstraint(fields=('line', 'position'), name='order_line_part_position_once'),
        ),
    ]
