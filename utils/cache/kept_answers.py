"""Answers that a process keeps in its own memory, within a number of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

# One answer shall not drive out all others.
MOST_SHARE = 1 / 8
# What an entry takes beside the bytes of its answer, roughly: headers, question, the dictionary.
ENTRY_BYTES = 2_000


class KeptAnswer(NamedTuple):
    """An answer as CacheResponse hands it over, and until when it counts.

    ``version``: the catalogue version before it was made. ``ends``: by time.time(). ``triple``:
    content, status and headers (name in small letters: name and value).
    """

    version: str
    question: Hashable
    ends: float
    triple: tuple[bytes, int, dict[str, tuple[str, str]]]

    @property
    def size(self) -> int:
        return len(self.triple[0]) + ENTRY_BYTES


class KeptAnswers:
    """The answers that were asked for last, by question; all together at most ``most_bytes``."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._answers: OrderedDict[Hashable, KeptAnswer] = OrderedDict()
        self.bytes = 0

    def count(self) -> int:
        return len(self._answers)

    def get(self, question: Hashable) -> KeptAnswer | None:
        answer = self._answers.get(question)
        if answer is not None:
            # Another thread may have dropped it since.
            with self._lock:
                if question in self._answers:
                    self._answers.move_to_end(question)
        return answer

    def keep(self, answer: KeptAnswer) -> None:
        with self._lock:
            self._drop(answer.question)
            if answer.size > self._most_bytes * MOST_SHARE:
                return
            self._answers[answer.question] = answer
            self.bytes += answer.size
            while self.bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))

    def _drop(self, question: Hashable) -> None:
        if (answer := self._answers.pop(question, None)) is not None:
            self.bytes -= answer.size
