"""What a process keeps in its own memory of values that never change, so many of each kind."""

import threading
from collections.abc import Hashable
from typing import ClassVar, Generic, TypeVar

Value = TypeVar("Value")


class ProcessMemory(Generic[Value]):
    """The last ``most`` values that were kept. The key of a value says all that it depends on."""

    _every: ClassVar[list["ProcessMemory[object]"]] = []

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, Value] = {}
        self._lock = threading.Lock()
        self._every.append(self)  # type: ignore[arg-type]

    def get(self, key: Hashable) -> Value | None:
        return self._values.get(key)

    def keep(self, key: Hashable, value: Value) -> None:
        if self._values.get(key) is value:
            return
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                del self._values[next(iter(self._values))]

    @classmethod
    def forget_all(cls) -> None:
        """For tests: empty every such memory."""
        for memory in cls._every:
            memory._values.clear()
