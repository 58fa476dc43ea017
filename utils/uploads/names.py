"""Under which name an upload is kept."""

import secrets


def random_file_name(folder: str, name: str) -> str:
    """Return where an upload is kept: ``folder``, 128 random bits, and the suffix of ``name``.

    The suffix must be one that utils.uploads.file_types found in the content: nothing of the
    name that the client gave reaches the disk.
    """
    suffix = name.rpartition(".")[2]
    return f"{folder}{secrets.token_hex(16)}.{suffix}"
