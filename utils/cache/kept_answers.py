"""Answers that a process keeps in its own memory, within a number of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from django.urls import ResolverMatch

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


class OwnAnswer(NamedTuple):
    """An answer in this process's memory, and where its address leads."""

    kept: KeptAnswer
    match: ResolverMatch


class KeptAnswers:
    """The answers that were asked for last, by question; all together at most ``most_bytes``."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self._answers: OrderedDict[Hashable, OwnAnswer] = OrderedDict()
        self.bytes = 0

    def count(self) -> int:
        return len(self._answers)

    def get(self, question: Hashable) -> OwnAnswer | None:
        answer = self._answers.get(question)
        if answer is not None:
            # Another thread may have dropped it since.
            with self._lock:
                if question in self._answers:
                    self._answers.move_to_end(question)
        return answer

    def keep(self, answer: OwnAnswer) -> None:
        question, size = answer.kept.question, answer.kept.size
        with self._lock:
            self._drop(question)
            if size > self._most_bytes * MOST_SHARE:
                return
            self._answers[question] = answer
            self.bytes += size
            while self.bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))

    def _drop(self, question: Hashable) -> None:
        if (answer := self._answers.pop(question, None)) is not None:
            self.bytes -= answer.kept.size
