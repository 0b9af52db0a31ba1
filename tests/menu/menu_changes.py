"""
Every way in which the menu can change: each command, each way of the admin, and what is written to the tables directly.

Each way is a function of a number, from which it takes what to change and to what, and of the moment. It returns having
changed nothing if that is not possible just now, such as archiving what was deleted.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from menu import services as menu_services
from menu import tasks
from menu.models import Allergen, Category, Picture, Pizza, ScheduledPrice, SimpleItem, Size, Topping
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Refusal
from pizzeria.users.models import User
from pizzeria.users.roles import MANAGER
from pizzeria.users.services.roles import assign_roles
from tests.factories import PizzaFactory, UserFactory
from tests.menu.admin_forms import admin_of, form_of
from tests.menu.pictures import encode, jpeg
from tests.menu.test_price_list import list_of

ITEMS = (
    (Pizza, "margherita"),
    (Topping, "olives"),
    (SimpleItem, "cola"),
    (Pizza, "pepperoni"),
    (Topping, "pepperoni"),
)
PHOTO = jpeg(300, 300)


class Missing(Exception):
    """What is to be changed is no longer there."""


def item_of(number, kinds=(Pizza, SimpleItem, Topping)):
    rows = [(kind, slug) for kind, slug in ITEMS if kind in kinds]
    kind, slug = rows[number % len(rows)]
    return found(kind.objects.filter(slug=slug))


def found(rows):
    row = rows.first()
    if row is None:
        raise Missing
    return row


def price_of(number):
    return Decimal(100 + number) / 100


def price_column(item):
    return "base_price" if isinstance(item, Pizza) else "price"


# --- Commands -----------------------------------------------------------------------------------------------------


def mark_sold_out(number, at):
    until = at + timedelta(minutes=number % 90 + 1) if number % 3 else None
    menu_services.mark_sold_out(item=item_of(number), until=until, by=SYSTEM, at=at)


def mark_available(number, at):
    for kind, slug in ITEMS:
        if item := kind.objects.filter(slug=slug).first():
            with suppress(Refusal):
                menu_services.mark_available(item=item, by=SYSTEM, at=at)


def schedule_price(number, at):
    valid_from = at + timedelta(minutes=number % 90 + 1)
    menu_services.schedule_price(item=item_of(number), price=price_of(number), valid_from=valid_from, by=SYSTEM, at=at)


def withdraw_scheduled_price(number, at):
    scheduled = found(ScheduledPrice.objects.filter(valid_from__gt=at))
    item = next(row for kind, _slug in ITEMS for row in kind.objects.filter(ref=scheduled.item_ref))
    menu_services.withdraw_scheduled_price(item=item, valid_from=scheduled.valid_from, by=SYSTEM, at=at)


def fold_prices(number, at):
    tasks.fold_scheduled_prices()


def archive_item(number, at):
    menu_services.archive_item(item=item_of(number), by=SYSTEM, at=at)


def restore_item(number, at):
    for kind in (Pizza, SimpleItem, Topping):
        for item in kind.objects.exclude(archived_at=None):
            menu_services.restore_item(item=item, by=SYSTEM, at=at)


def move_item(number, at):
    item = found(Category.objects.all()) if number % 3 == 0 else item_of(number)
    menu_services.move_item(item=item, place=number % 4 + 1, by=SYSTEM, at=at)


def details_of(pizza, number):
    return menu_services.PizzaDetails(
        slug=pizza.slug,
        name=pizza.name,
        base_price=price_of(number),
        minutes=number % 20 + 1,
        category="pizzas",
        description=f"Number {number}",
        recipe=("olives",) if number % 2 else (),
        diet="vegetarian",
        allergens=(Allergen.GLUTEN.value,),
    )


def create_pizza(number, at):
    pizza = Pizza(slug=f"new-{number}", name=f"New {number}")
    details = details_of(pizza, number)
    menu_services.create_pizza(ref=uuid7(), details=details, is_available=bool(number % 2), by=SYSTEM, at=at)


def change_pizza(number, at):
    pizza = item_of(number, (Pizza,))
    menu_services.change_pizza(pizza=pizza, details=details_of(pizza, number), is_available=None, by=SYSTEM, at=at)


def import_items(number, at):
    item = item_of(number)
    row = menu_services.ImportedItem(
        line=2,
        slug=item.slug,
        seen_seq=item.seq,
        values={price_column(item): price_of(number)},
        recipe=("basil",) if isinstance(item, Pizza) else None,
        availability=menu_services.Availability(is_available=bool(number % 2)),
    )
    menu_services.import_items(model=type(item), rows=[row], by=SYSTEM, at=at)


def learn_minutes(number, at):
    pizza = item_of(number, (Pizza,))
    menu_services.learn_minutes(pizza=pizza, measured=float(number % 20 + 1), orders=500, by=SYSTEM, at=at)


def clear_learned_minutes(number, at):
    menu_services.clear_learned_minutes(pizza=item_of(number, (Pizza,)), by=SYSTEM, at=at)


def set_up_sizes(number, at):
    Size.objects.all().delete()
    menu_services.set_up_sizes(by=SYSTEM, at=at)


COMMANDS = (
    archive_item,
    change_pizza,
    clear_learned_minutes,
    create_pizza,
    fold_prices,
    import_items,
    learn_minutes,
    mark_available,
    mark_sold_out,
    move_item,
    restore_item,
    schedule_price,
    set_up_sizes,
    withdraw_scheduled_price,
)


# --- The admin ----------------------------------------------------------------------------------------------------


def marta():
    """Return the browser of a manager who has just signed in."""
    manager = User.objects.filter(first_name="Marta").first()
    if manager is None:
        manager = UserFactory(first_name="Marta")
        assign_roles(manager, [MANAGER])
    browser = Client()
    browser.force_login(manager)
    return browser


def edit_in_the_admin(number, at):
    browser, item = marta(), item_of(number)
    browser.post(admin_of(item), form_of(browser, item, name=f"{item.slug} {number}", price_from=""))


def edit_the_price_in_the_admin(number, at):
    browser, item = marta(), item_of(number)
    later = at + timedelta(minutes=number % 90 + 1) if number % 2 else ""
    form = form_of(browser, item, **{price_column(item): str(price_of(number)), "price_from": later})
    browser.post(admin_of(item), form)


def edit_the_price_list(number, at):
    browser, item = marta(), item_of(number)
    form = list_of(browser, type(item), **{item.slug: str(price_of(number))})
    browser.post(admin_of(item, "changelist"), form)


def edit_a_category_in_the_admin(number, at):
    browser, category = marta(), found(Category.objects.all())
    browser.post(admin_of(category), form_of(browser, category, name=f"Category {number}"))


def edit_a_size_in_the_admin(number, at):
    browser, size = marta(), found(Size.objects.order_by("-factor"))
    browser.post(admin_of(size), form_of(browser, size, factor=str(Decimal(number % 300 + 100) / 100)))


def upload_a_picture_in_the_admin(number, at):
    browser, item = marta(), item_of(number)
    photo = SimpleUploadedFile("pizza.jpg", PHOTO, "image/jpeg")
    browser.post(admin_of(item), form_of(browser, item, picture_file=photo, picture_alt_text=f"Photo {number}"))


def mark_in_the_admins_list(number, at):
    browser, item = marta(), item_of(number)
    until = ("available", "today", "notice")[number % 3]
    browser.post(f"{admin_of(item, 'changelist')}{item.pk}/availability/", {"until": until})


def arrange_in_the_admin(number, at):
    browser, item = marta(), item_of(number)
    browser.post(f"{admin_of(item, 'changelist')}arrange/", {"item": item.pk, "place": number % 3 + 1})


def delete_an_empty_category_in_the_admin(number, at):
    category = Category.objects.create(slug=f"empty-{uuid7()}", name=f"Empty {uuid7()}")
    marta().post(f"{admin_of(category)}../delete/", {"post": "yes"})


ADMIN = (
    arrange_in_the_admin,
    delete_an_empty_category_in_the_admin,
    edit_a_category_in_the_admin,
    edit_a_size_in_the_admin,
    edit_in_the_admin,
    edit_the_price_in_the_admin,
    edit_the_price_list,
    mark_in_the_admins_list,
    upload_a_picture_in_the_admin,
)


# --- Rows and statements ------------------------------------------------------------------------------------------


def set_a_picture(number, at):
    with transaction.atomic():
        item = item_of(number)
        picture = encode(PHOTO) if number % 3 else None
        menu_services.set_picture(item, picture=picture, alt_text=f"Photo {number}", by=SYSTEM, at=at)


def copy_a_picture(number, at):
    with transaction.atomic():
        source = found(Picture.objects.all())
        menu_services.copy_picture(item_of(number), source=source, alt_text=f"Copy {number}", by=SYSTEM, at=at)


def describe_a_picture(number, at):
    with transaction.atomic():
        item = found(Pizza.objects.exclude(picture=None))
        menu_services.describe_picture(item, alt_text=f"Described {number}")


def purge_pictures(number, at):
    menu_services.purge_unused_pictures(at=at + timedelta(days=400))


def save_rows(number, at):
    item = item_of(number)
    setattr(item, price_column(item), price_of(number))
    item.save()


def update_many(number, at):
    Topping.objects.update(price=price_of(number))


def create_many(number, at):
    Topping.objects.bulk_create(
        [Topping(slug=f"bulk-{uuid7()}", name=f"Bulk {uuid7()}", price=price_of(number)) for _ in range(3)]
    )


def delete_a_pizza(number, at):
    PizzaFactory(slug=f"gone-{uuid7()}")
    Pizza.objects.filter(slug__startswith="gone").delete()
    if number % 4 == 0:
        item_of(number, (Pizza,)).delete()


def set_a_recipe(number, at):
    item_of(number, (Pizza,)).recipe.set(Topping.objects.order_by("pk")[: number % 3])


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def update_by_sql(number, at):
    table = ("menu_pizza", "menu_topping", "menu_simpleitem")[number % 3]
    column = "base_price" if table == "menu_pizza" else "price"
    execute(f"UPDATE {table} SET {column} = %s", price_of(number))


def rename_by_sql(number, at):
    execute("UPDATE menu_category SET name = %s WHERE slug = 'pizzas'", f"Pizza {number}")
    execute("UPDATE menu_picture SET alt_text = %s", f"Written {number}")


def size_by_sql(number, at):
    execute("UPDATE menu_size SET factor = %s WHERE slug = 'small'", Decimal(number % 300 + 50) / 100)


def schedule_by_sql(number, at):
    item = item_of(number)
    execute(
        """
        INSERT INTO menu_scheduledprice (item_kind, item_ref, price, valid_from, created_by, created_at)
        VALUES (%s, %s, %s, %s, 'system', %s) ON CONFLICT DO NOTHING
        """,
        item._meta.model_name,
        item.ref,
        price_of(number),
        at + timedelta(minutes=number % 90 - 30),
        at,
    )


def empty_by_sql(number, at):
    execute(f"TRUNCATE {('menu_scheduledprice', 'menu_pizza_recipe')[number % 2]}")


def change_in_a_savepoint(number, at):
    """Change a price in a savepoint that is rolled back, and another one beside it, or none."""
    with transaction.atomic():
        with transaction.atomic():
            execute("UPDATE menu_pizza SET base_price = 999")
            execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
        if number % 2:
            execute("UPDATE menu_topping SET price = %s", price_of(number))


def change_and_roll_back(number, at):
    with transaction.atomic():
        execute("UPDATE menu_pizza SET base_price = 999")
        transaction.set_rollback(True)


DIRECT = (
    change_and_roll_back,
    change_in_a_savepoint,
    copy_a_picture,
    create_many,
    delete_a_pizza,
    describe_a_picture,
    empty_by_sql,
    purge_pictures,
    rename_by_sql,
    save_rows,
    schedule_by_sql,
    set_a_picture,
    set_a_recipe,
    size_by_sql,
    update_by_sql,
    update_many,
)

WAYS = {way.__name__: way for way in (*COMMANDS, *ADMIN, *DIRECT)}


def change(way: str, number: int, at: datetime) -> None:
    """Change the menu in one of the ways, if that is possible just now."""
    with suppress(Refusal, Missing):
        WAYS[way](number, at)
