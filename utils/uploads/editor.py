"""Where the admin's text editor sends pictures to."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_ckeditor_5.permissions import check_upload_permission
from django_ckeditor_5.views import upload_file

from .picture_fields import check_picture


@require_POST
@check_upload_permission
def editor_upload(request: HttpRequest) -> HttpResponse:
    """The view of django_ckeditor_5, which lets Pillow open anything, behind our own check."""
    upload = request.FILES.get("upload")
    if not isinstance(upload, UploadedFile) or not upload.size:
        return _refusal(_("No file was submitted."))
    try:
        check_picture(upload)
    except ValidationError as error:
        return _refusal(error.messages[0])
    response: HttpResponse = upload_file(request)
    return response


def _refusal(text: str) -> JsonResponse:
    # The shape that the editor reads.
    return JsonResponse({"error": {"message": text}}, status=400)
