from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DailyEmail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business_date', models.DateField()),
                ('recipient', models.CharField(max_length=254)),
                ('state', models.CharField(choices=[('queued', 'to be sent'), ('sent', 'sent'), ('dead', 'dead: will not be tried again'), ('expired', 'expired')], default='queued', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('business_date', 'recipient'), name='daily_email_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sent', 'dead', 'expired'])), name='daily_email_state_known')],
            },
        ),
    ]
