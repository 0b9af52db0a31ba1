from pizzeria.foundation.refusals import Refusal


class ItemNotOnTheMenu(Refusal):
    """The item is archived, by somebody else at the same moment: for who changes the menu, there is none."""

    code = "not_found"
    status = 404
