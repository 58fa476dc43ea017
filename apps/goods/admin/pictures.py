"""Pictures in lists and forms of the staff."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models.fields.files import FieldFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from utils.pictures import sized_name
from utils.pictures.fields import ACCEPT, CheckedImageField, PictureFormField

# In one form; a form of staff may have 48 MB.
MOST_AT_ONCE = 20

TOO_LARGE = _("These pictures together are larger than 45 MB: please choose fewer at once.")


def thumbnail(picture: FieldFile | None, *, height: int = 48) -> SafeString | str:
    """Return an <img> of an uploaded picture in its smallest size, or a dash."""
    if not picture:
        return "–"
    return format_html(
        '<img src="{}" alt="" loading="lazy" style="height:{}px;border-radius:6px">',
        small_url(picture),
        height,
    )


def small_url(picture: FieldFile) -> str:
    return picture.storage.url(sized_name(picture.name or "", "list"))


class PictureWidget(AdminFileWidget):
    """Shows the picture that is there, and with scripts the one that was chosen."""

    template_name = "admin/goods/picture_input.html"

    class Media:
        js = ["goods/pictures.js"]
        css = {"all": ["goods/admin.css"]}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"]:
            context["widget"]["small_url"] = small_url(value)
        return context


# For every page with a picture.
PICTURE_WIDGETS: dict[Any, Any] = {CheckedImageField: {"widget": PictureWidget}}


class ManyPicturesWidget(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    class Media:
        js = ["goods/pictures.js"]
        css = {"all": ["goods/admin.css"]}


class ManyPicturesField(PictureFormField):
    """Any number of pictures from one file chooser; ``cleaned_data`` has a list of uploads."""

    widget = ManyPicturesWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs.update({"accept": ACCEPT, "data-too-large": TOO_LARGE})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        uploads = data if isinstance(data, list) else [data] if data else []
        if len(uploads) > MOST_AT_ONCE:
            raise forms.ValidationError(
                _("At most %(count)d pictures at once.") % {"count": MOST_AT_ONCE}
            )
        problems, pictures = [], []
        for upload in uploads:
            try:
                pictures.append(super().clean(upload))
            except forms.ValidationError as error:
                problems += [f"{upload.name}: {text}" for text in error.messages]
        if problems:
            raise forms.ValidationError(problems)
        return pictures

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)
