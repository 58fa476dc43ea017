"""Pictures in the body of a request: judged by their content, bounded together."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from utils.pictures.other_kinds import NO_PICTURE

from .content import content_of
from .pictures import picture_suffix
from .refusals import FileRefusedError

# What clients send when nothing was chosen.
NO_FILE = {"", "undefined", "null"}


class Picture(NamedTuple):
    """An accepted picture; its content was judged and gave the suffix. ``size`` in bytes."""

    content: File
    suffix: str
    size: int


class PictureUploadField(serializers.FileField):
    """A picture, told by its content."""

    def to_internal_value(self, data: Any) -> Picture:  # type: ignore[override]
        upload: Any = super().to_internal_value(data)
        try:
            with content_of(upload) as content:
                suffix = picture_suffix(content)
        except FileRefusedError as error:
            raise serializers.ValidationError(error.args[0], code="refused") from error
        if suffix is None:
            raise serializers.ValidationError(NO_PICTURE, code="refused")
        return Picture(content=upload, suffix=suffix, size=upload.size)


class PicturesField(serializers.ListField):
    """At most ``most`` pictures of at most ``max_bytes`` together; none where the field is absent.

    In a form the field is repeated. Texts that clients send for "no file" are none.
    """

    default_error_messages = {
        "too_many": _("At most {most} pictures."),
        "too_large": _("The pictures are larger than {megabytes} MB together."),
    }

    def __init__(self, *, most: int, max_bytes: int, **kwargs: Any) -> None:
        self.most = most
        self.max_bytes = max_bytes
        super().__init__(child=PictureUploadField(), required=False, **kwargs)

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        if not isinstance(value, list):
            return value
        return [item for item in value if not _is_no_file(item)]

    def run_child_validation(self, data: Sequence[Any]) -> list[Picture]:
        """Judge each; of a wrong one the texts stand for the field, as of any other."""
        if len(data) > self.most:
            self.fail("too_many", most=self.most)
        # Before any is looked into: of one that was too large, nothing was kept.
        if sum(getattr(item, "size", 0) or 0 for item in data) > self.max_bytes:
            self.fail("too_large", megabytes=self.max_bytes // 2**20)
        return [self.child.run_validation(item) for item in data]


def _is_no_file(item: Any) -> bool:
    return item is None or (isinstance(item, str) and item.strip() in NO_FILE)
