"""The picture field of models: what staff upload is judged before Pillow opens it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .content import content_of
from .pictures import picture_suffix
from .refusals import FileRefusedError

# The name stays as it was given, and tells browsers what to show.
NAMES = {"jpeg": ".jpg", **{name: f".{name}" for name in ("jpg", "png", "gif", "webp", "bmp")}}

NO_PICTURE = _("Only JPEG, PNG, GIF, WebP and BMP pictures are accepted.")
OTHER_NAME = _("The name of the file does not fit what it is: %(suffix)s.")


def check_picture(upload: Any) -> None:
    """Raise ValidationError unless ``upload`` is a picture that may be opened, named as one."""
    try:
        with content_of(upload) as content:
            suffix = picture_suffix(content)
    except FileRefusedError as error:
        raise ValidationError(error.args[0], code="invalid_image") from error
    if suffix is None:
        raise ValidationError(NO_PICTURE, code="invalid_image")
    if NAMES.get(upload.name.rpartition(".")[2].lower()) != suffix:
        raise ValidationError(OTHER_NAME, code="invalid_extension", params={"suffix": suffix})


class PictureFormField(forms.ImageField):
    default_validators = [FileExtensionValidator(list(NAMES))]

    def to_python(self, data: Any) -> Any:
        if data and data not in self.empty_values and getattr(data, "size", 0):
            check_picture(data)
        return super().to_python(data)


class CheckedImageField(models.ImageField):
    """An ImageField whose forms judge a picture (utils/uploads/pictures) before it is opened."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PictureFormField, **kwargs})

    def deconstruct(self) -> Any:
        # To migrations it is an ImageField: they have no forms.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs
