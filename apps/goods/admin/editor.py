"""Pictures that staff put into a description of goods."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from utils.pictures import picture_keep, picture_path
from utils.pictures.fields import prepared_or_invalid

from ..services.descriptions import FOLDER


@require_POST
def description_picture_upload(request: HttpRequest) -> HttpResponse:
    """Where the editor sends a picture, for staff who may write descriptions.

    Stands for the library's own view, which would let anybody with staff status fill the disk,
    lets Pillow open anything, and keeps files as they are, under the names that they bring.
    """
    user = request.user
    may_write = user.has_perm("goods.add_goods") or user.has_perm("goods.change_goods")
    if not (user.is_active and user.is_staff and may_write):  # type: ignore[union-attr]
        return _error(_("You do not have permission to upload files."), status=403)
    upload = request.FILES.get("upload")
    if not isinstance(upload, UploadedFile) or not upload.size:
        return _error(_("No file was submitted."), status=400)
    try:
        name = picture_keep(prepared_or_invalid(upload, folder=FOLDER))
    except ValidationError as error:
        return _error(error.messages[0], status=400)
    return JsonResponse({"url": picture_path(name)})


def _error(text: str, *, status: int) -> JsonResponse:
    """As the editor expects it."""
    return JsonResponse({"error": {"message": text}}, status=status)
