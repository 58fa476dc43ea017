"""The generator of the OpenAPI description, safe in a process with several threads."""

import threading
from typing import Any

from drf_spectacular import generators

_lock = threading.Lock()


class SchemaGenerator(generators.SchemaGenerator):
    """drf-spectacular's, one at a time.

    It loads its extensions at the first use, and a second thread that comes meanwhile finds half of
    them: AttributeError.
    """

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        with _lock:
            return super().get_schema(request, public)
