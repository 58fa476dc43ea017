"""Fields of a serializer that are made once in a thread, not for each request (ADR 21).

DRF copies every field of a serializer for every serializer it makes. For what is sent with each
checkout that took an eighth of its process; and fields and serializer held each other, so that what
the client had sent stayed until the garbage collector found it.
"""

import threading
import weakref
from functools import cached_property
from typing import Any

from rest_framework import serializers

_of_thread = threading.local()


class ReusedFields(serializers.Serializer):
    """A serializer of input, for use by one request after the other.

    Its fields belong to the one that the thread made last: it is used before another of its class
    is made. They may keep nothing of a request, and ``fields`` gets none and loses none.
    """

    @cached_property
    def fields(self) -> Any:
        made = vars(_of_thread)
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        if name not in made:
            made[name] = super().fields
        fields = made[name]
        # Weakly: nothing of a request is kept with them.
        fields.serializer = owner = weakref.proxy(self)
        for field in fields.values():
            field.parent = owner
        return fields
