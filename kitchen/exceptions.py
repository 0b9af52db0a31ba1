from pizzeria.foundation.refusals import Refusal


class TooLateToUndo(Refusal):
    """The step cannot be undone any more: its time has passed, another step followed, or it was not the actor's."""

    code = "too_late_to_undo"
