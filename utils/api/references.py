"""A row named by its key in a request."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from utils.api.lookups import parse_pk


class ReferenceField(serializers.PrimaryKeyRelatedField):
    """The key of a row, as a number or a numeric string; anything else is a field error.

    DRF's own takes 1.5 and True for 1, asks the database for numbers of 31 digits, and
    says back what was sent, which may be half a character that no answer can be written in.
    """

    default_error_messages = {"does_not_exist": _("There is no such object.")}

    def __init__(self, **kwargs: Any) -> None:
        # The browsable API would list every row to choose from.
        super().__init__(**{"style": {"base_template": "input.html"}, **kwargs})

    def to_internal_value(self, data: Any) -> Model:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type=type(data).__name__)
        pk = parse_pk(str(data).strip())
        try:
            if pk is None:
                raise ObjectDoesNotExist
            queryset = self.get_queryset()
            assert queryset is not None
            row: Model = queryset.get(pk=pk)
        except ObjectDoesNotExist:
            self.fail("does_not_exist")
        return row


class KeyField(serializers.IntegerField):
    """The key of a row that a service looks up, as a number or a numeric string.

    null and "" are None where ``allow_null`` says so. What no row can have is refused in the same
    words as a key without a row.
    """

    default_error_messages = {"does_not_exist": _("There is no such object.")}

    def run_validation(self, data: Any = empty) -> int | None:
        key: int | None = super().run_validation(None if data == "" else data)
        return key

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        key = parse_pk(str(data).strip())
        if key is None:
            self.fail("does_not_exist")
        return key
