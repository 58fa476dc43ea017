"""Pictures as the shop keeps them: under names of its own, in sizes, as WebP (docs/pictures.md).

``picture_store()`` is the one way in; the model field (picture_fields.py) calls it, so that a form,
an import and a command all do the same.
"""

from .naming import sized_name
from .preparing import PreparedPicture, picture_prepare
from .storing import picture_keep, picture_path, picture_store

__all__ = [
    "PreparedPicture",
    "picture_keep",
    "picture_path",
    "picture_prepare",
    "picture_store",
    "sized_name",
]
