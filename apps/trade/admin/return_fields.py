"""Fields for the pieces of an order that come back into stock with a refund."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Payment
from ..services.returns import ReturnableLine, returnable_lines

PREFIX = "line_"


def returnable_with(payment: Payment) -> list[ReturnableLine]:
    """Return what may come back with money of ``payment``: of flagged money, nothing."""
    if payment.state != Payment.State.APPLIED:
        return []
    return [row for row in returnable_lines(payment.order) if row.left]


class ReturnFieldsForm(forms.Form):
    """A form with a number field for each line that may be returned."""

    def __init__(
        self, *args: Any, returnable: Sequence[ReturnableLine] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        help_text = _("Of %(ordered)d pieces, %(left)d can come back.")
        for row in returnable:
            numbers = {"ordered": row.line.goods_num, "left": row.left}
            self.fields[f"{PREFIX}{row.line.pk}"] = forms.IntegerField(
                label=row.line.name, min_value=0, max_value=row.left, required=False, initial=0,
                help_text=help_text % numbers,
            )  # fmt: skip

    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(PREFIX)]

    def line_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name.startswith(PREFIX)]

    def lines(self) -> dict[int, int]:
        """Return the chosen pieces by line id; call is_valid() first."""
        return {
            int(name.removeprefix(PREFIX)): nums
            for name, nums in self.cleaned_data.items()
            if name.startswith(PREFIX) and nums
        }

    def chosen(self) -> list[tuple[str, int]]:
        """Return the chosen lines by name, with how many; after is_valid()."""
        lines = self.lines()
        return [(str(self[f"{PREFIX}{line_id}"].label), nums) for line_id, nums in lines.items()]


def returned_text(chosen: Iterable[tuple[str, int]]) -> str:
    """Return a sentence for the history, empty where nothing comes back."""
    pieces = ", ".join(f"{name} × {nums}" for name, nums in chosen)
    return gettext(" Back into stock: %(pieces)s.") % {"pieces": pieces} if pieces else ""


def split(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned fields without those of lines."""
    return {name: value for name, value in data.items() if not name.startswith(PREFIX)}
