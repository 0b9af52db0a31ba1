from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from orders.models import Order
from pizzeria.demo.life import open_orders, week
from pizzeria.demo.life.crew import Crew
from pizzeria.demo.life.story import hushed_log
from pizzeria.devtools import state_dir
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = "Gives a demo shop without orders a week behind it, and some open orders, so that no page is empty."

    @hushed_log()
    def handle(self, *args: Any, **options: Any) -> None:
        if Order.objects.exists():
            self.stdout.write("There are orders already: nothing was added.")
            return
        unfinished = state_dir.demo_state_dir().unfinished_history
        unfinished.touch()
        with connection.cursor() as cursor:
            # Nobody waits for an answer here. What a power cut takes is the newest, never something in between.
            cursor.execute("SET synchronous_commit = off")
        crew, now = Crew.of_the_demo(), clock.now()
        story = week.let_happen(crew=crew, now=now)
        open_orders.take_in(crew=crew, now=now)
        unfinished.unlink()
        self.stdout.write(f"last week: {story.summary}; now open: {len(open_orders.OPEN)} orders")
