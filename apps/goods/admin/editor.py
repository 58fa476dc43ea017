"""Pictures that staff put into a description of goods."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_ckeditor_5.views import upload_file

from utils.uploads.picture_fields import check_picture


@require_POST
def description_picture_upload(request: HttpRequest) -> HttpResponse:
    """The editor's own upload view, for staff who may write descriptions.

    The library would let anybody with staff status fill the disk, lets Pillow open anything, and
    answers a form without a file with an error 500.
    """
    user = request.user
    may_write = user.has_perm("goods.add_goods") or user.has_perm("goods.change_goods")
    if not (user.is_active and user.is_staff and may_write):  # type: ignore[union-attr]
        return _error(_("You do not have permission to upload files."), status=403)
    upload = request.FILES.get("upload")
    if not isinstance(upload, UploadedFile) or not upload.size:
        return _error(_("No file was submitted."), status=400)
    try:
        check_picture(upload)
    except ValidationError as error:
        return _error(error.messages[0], status=400)
    answer: HttpResponse = upload_file(request)
    return answer


def _error(text: str, *, status: int) -> JsonResponse:
    """As the editor expects it."""
    return JsonResponse({"error": {"message": text}}, status=status)
