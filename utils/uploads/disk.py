"""A disk that takes no more files: for now, not for ever."""

import errno

FULL_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def is_disk_full(error: BaseException | None) -> bool:
    """Say whether a file could not be written because its disk is full, or read-only."""
    return isinstance(error, OSError) and error.errno in FULL_CODES
