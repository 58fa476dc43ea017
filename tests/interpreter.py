"""Two costs of CPython that a test pays and a short program does not: a tenth of the run each.

*Frames.* CPython keeps the frames of Python functions in chunks of 16 KB, which it maps when a
call needs one more and unmaps when that call returns. Under the many frames of pytest, Django
and DRF, a loop that calls a function exactly where a chunk ends maps and unmaps memory on each
call, two thousand times in a test. A function that declares a large stack gets a large chunk,
and whatever it calls finds room in it.

*Garbage.* Thousands of collected tests, models and modules live until the end. While they are made
nothing is collected; then they are frozen, so that no collection looks through them, and
collections come less often.
"""

import gc

import pytest
from _pytest import runner

_FRAMES_WORDS = 2**16  # half a megabyte
_COLLECT_AFTER = (50_000, 20, 20)

gc.disable()

runner.runtestprotocol.__code__ = runner.runtestprotocol.__code__.replace(
    co_stacksize=_FRAMES_WORDS
)


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    gc.enable()
