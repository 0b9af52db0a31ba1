"""An evening: everybody at work, from what is open already until nothing is open any more."""

from collections.abc import Iterable
from datetime import datetime
from random import Random

from orders.models import Order
from orders.selectors.lists import active_orders
from pizzeria.demo.life.agenda import Agenda, Pace
from pizzeria.demo.life.cooking import Cooks
from pizzeria.demo.life.counter import Counter
from pizzeria.demo.life.crew import Crew
from pizzeria.demo.life.driving import Driver
from pizzeria.demo.life.ordering import Guests
from pizzeria.demo.life.story import Story
from pizzeria.demo.life.visits import Visit
from pizzeria.foundation.refusals import Refusal


class Evening:
    """
    The shop at work, by its own commands.

    What somebody else does meanwhile, in a browser, is taken as it is: cooks cook every order that waits, and a step
    that comes too late is refused, told, and left at that.

    :param pace: how fast it goes by, and which time the commands are told
    :param chance: seeded, for an evening that can be played again
    """

    def __init__(self, *, pace: Pace, crew: Crew, story: Story, chance: Random) -> None:
        self._story, self._agenda = story, Agenda(pace, on_refusal=self._tell_refusal)
        self._driver = Driver(agenda=self._agenda, story=story, crew=crew, chance=chance)
        self._counter = Counter(agenda=self._agenda, story=story, crew=crew, chance=chance)
        self._cooks = Cooks(
            agenda=self._agenda, story=story, crew=crew, counter=self._counter, driver=self._driver, chance=chance
        )
        self._guests = Guests(agenda=self._agenda, story=story, crew=crew, cooks=self._cooks)

    def play(self, visits: Iterable[Visit]) -> list[Order]:
        """Let guests come, and work until all is done; give what is left open for somebody else to do."""
        for visit in visits:
            self._guests.expect(visit)
        before: list[tuple[int, int]] | None = None
        while True:
            self._cooks.take_on(self._agenda.now())
            self._driver.take_on()
            self._agenda.run()
            left = list(active_orders())
            now = [(order.pk, order.seq) for order in left]
            if not left or now == before:
                return left
            before = now

    def _tell_refusal(self, at: datetime, refusal: Refusal) -> None:
        self._story.line(at, f"refused: {refusal.sentence}", counts_as="refused")
