"""The reason of a cancellation or of a failed delivery, as programs send it."""

from typing import Annotated, Literal

from pizzeria.foundation.api.schemas import cleaned_by
from pizzeria.foundation.forms import SingleLineField

Reason = Literal["changed_mind", "sold_out", "too_busy", "not_collected", "nobody_home", "wrong_address", "other"]
Note = Annotated[str, cleaned_by(SingleLineField(required=False, max_length=300))]
