"""The picture field of models: whatever comes in is kept as the shop keeps pictures."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.files import ImageFieldFile

from utils.uploads.refusals import FileRefusedError

from .preparing import PreparedPicture, picture_prepare
from .storing import picture_keep

# What a file chooser offers. Without HEIC among them, an iPhone converts its photos to JPEG.
ACCEPT = "image/jpeg,image/png,image/gif,image/webp,image/bmp"


def prepared_or_invalid(upload: Any, *, folder: str) -> PreparedPicture:
    """Return the picture of an upload in its sizes; raises ValidationError with the reason."""
    try:
        return picture_prepare(upload, folder=folder)
    except FileRefusedError as error:
        raise ValidationError(error.args[0], code="invalid_image") from error


class PictureFormField(forms.FileField):
    """A picture that is prepared as the form is checked, so that its saving cannot refuse it.

    The file's own name means nothing: it may be of any length, in any script, without a suffix.
    """

    widget = forms.ClearableFileInput

    def __init__(self, *, folder: str, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": None})
        self.folder = folder
        self.widget.attrs.setdefault("accept", ACCEPT)

    def to_python(self, data: Any) -> Any:
        upload: Any = super().to_python(data)
        if upload is not None:
            upload.prepared_picture = prepared_or_invalid(upload, folder=self.folder)
        return upload


class PictureFieldFile(ImageFieldFile):
    """The file of a CheckedImageField. ``save()`` keeps a picture in all sizes."""

    field: "CheckedImageField"

    def save(self, name: str | None, content: Any, save: bool = True) -> None:
        """Keep ``content`` under a name of the shop's own; ``name`` is not looked at.

        Raises FileRefusedError. A picture that a form has prepared is not prepared again.
        """
        prepared = getattr(content, "prepared_picture", None)
        if prepared is None:
            prepared = picture_prepare(content, folder=self.field.folder)
        self.name = picture_keep(prepared, storage=self.storage)
        setattr(self.instance, self.field.attname, self.name)
        self._committed = True
        if save:
            self.instance.save()


class CheckedImageField(models.ImageField):
    """An ImageField whose files are pictures in the sizes of the folder ``upload_to`` (sizes.py).

    Files are never deleted with their row, or when another takes their place: orders show what
    was bought. What no row names any more is swept.
    """

    attr_class = PictureFieldFile

    @property
    def folder(self) -> str:
        return str(self.upload_to).rstrip("/")

    def formfield(self, **kwargs: Any) -> Any:
        defaults = {"form_class": PictureFormField, "folder": self.folder}
        return super().formfield(**{**defaults, **kwargs})

    def deconstruct(self) -> Any:
        # To migrations it is an ImageField: they have no forms and save no files.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs
