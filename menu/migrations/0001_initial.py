import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pizzeria.foundation.ids
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=60)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Size',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=40)),
                ('factor', models.DecimalField(decimal_places=2, help_text="The small pizza's price times this is the price in this size.", max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('0.10'))], verbose_name='price factor')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'factor'],
            },
        ),
        migrations.CreateModel(
            name='Topping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('slug', models.SlugField(help_text='Its address; stays when the name changes.', unique=True)),
                ('name', models.CharField(max_length=60)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('sold_out_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out since')),
                ('sold_out_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out until')),
                ('price', models.DecimalField(decimal_places=2, default=Decimal('2.50'), max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0.00'))])),
                ('diet', models.CharField(choices=[('vegan', 'vegan'), ('vegetarian', 'vegetarian'), ('meat', 'with meat')], default='vegan', max_length=10)),
                ('spicy', models.BooleanField(default=False)),
                ('allergens', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('gluten', 'gluten'), ('crustaceans', 'crustaceans'), ('eggs', 'eggs'), ('fish', 'fish'), ('peanuts', 'peanuts'), ('soya', 'soya'), ('milk', 'milk'), ('nuts', 'nuts'), ('celery', 'celery'), ('mustard', 'mustard'), ('sesame', 'sesame'), ('sulphites', 'sulphites'), ('lupin', 'lupin'), ('molluscs', 'molluscs')], max_length=16), blank=True, default=list)),
                ('shape', models.CharField(choices=[('disc', 'Round slice (pepperoni)'), ('slice', 'Mushroom slice'), ('ring', 'Ring (onion)'), ('half_ring', 'Half ring (red onion)'), ('olive', 'Olive ring'), ('leaf', 'Leaf (basil, spinach)'), ('cube', 'Cube (ham, chicken)'), ('wedge', 'Wedge (pineapple)'), ('strip', 'Strip (bell pepper)'), ('rasher', 'Wavy strip (bacon)'), ('crumble', 'Crumble (sausage)'), ('shreds', 'Shreds (extra cheese)')], default='disc', help_text='In the picture.', max_length=16)),
                ('colour', models.CharField(default='#b3261e', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'Write it like #b3261e.')])),
            ],
            options={
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SimpleItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('slug', models.SlugField(help_text='Its address; stays when the name changes.', unique=True)),
                ('name', models.CharField(max_length=60)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('sold_out_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out since')),
                ('sold_out_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out until')),
                ('description', models.CharField(blank=True, max_length=200)),
                ('diet', models.CharField(choices=[('vegan', 'vegan'), ('vegetarian', 'vegetarian'), ('meat', 'with meat')], default='vegetarian', max_length=10)),
                ('allergens', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('gluten', 'gluten'), ('crustaceans', 'crustaceans'), ('eggs', 'eggs'), ('fish', 'fish'), ('peanuts', 'peanuts'), ('soya', 'soya'), ('milk', 'milk'), ('nuts', 'nuts'), ('celery', 'celery'), ('mustard', 'mustard'), ('sesame', 'sesame'), ('sulphites', 'sulphites'), ('lupin', 'lupin'), ('molluscs', 'molluscs')], max_length=16), blank=True, default=list)),
                ('price', models.DecimalField(decimal_places=2, max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0.00'))])),
                ('motif', models.CharField(choices=[('bottle', 'Bottle (water)'), ('glass', 'Glass with ice (lemonade, iced tea)'), ('can', 'Can (cola)'), ('wine_glass', 'Glass of wine'), ('beer_glass', 'Glass of beer'), ('bread', 'Garlic bread'), ('salad', 'Salad'), ('bowl', 'Bowl (olives)'), ('wings', 'Chicken wings'), ('slice_of_cake', 'Slice of cake (tiramisu)'), ('pudding', 'Pudding with sauce (panna cotta)'), ('cup', 'Cup of ice cream')], default='bottle', help_text='In the picture.', max_length=16)),
                ('colour', models.CharField(default='#c9a227', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'Write it like #b3261e.')])),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='menu.category')),
            ],
            options={
                'ordering': ['category__position', 'position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Pizza',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(default=0, editable=False)),
                ('slug', models.SlugField(help_text='Its address; stays when the name changes.', unique=True)),
                ('name', models.CharField(max_length=60)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('sold_out_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out since')),
                ('sold_out_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sold out until')),
                ('description', models.CharField(blank=True, max_length=200)),
                ('diet', models.CharField(choices=[('vegan', 'vegan'), ('vegetarian', 'vegetarian'), ('meat', 'with meat')], default='vegetarian', max_length=10)),
                ('allergens', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('gluten', 'gluten'), ('crustaceans', 'crustaceans'), ('eggs', 'eggs'), ('fish', 'fish'), ('peanuts', 'peanuts'), ('soya', 'soya'), ('milk', 'milk'), ('nuts', 'nuts'), ('celery', 'celery'), ('mustard', 'mustard'), ('sesame', 'sesame'), ('sulphites', 'sulphites'), ('lupin', 'lupin'), ('molluscs', 'molluscs')], max_length=16), blank=True, default=list)),
                ('base_price', models.DecimalField(decimal_places=2, max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0.00'))])),
                ('minutes', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='minutes to cook')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='menu.category')),
                ('recipe', models.ManyToManyField(blank=True, related_name='in_recipes', to='menu.topping')),
            ],
            options={
                'ordering': ['category__position', 'position', 'name'],
                'permissions': [('sell_out', 'Can mark items sold out or available')],
            },
        ),
    ]
