"""The django peer: a plain view that answers with ready bytes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from .payloads import payload


def answer(request: HttpRequest, name: str) -> HttpResponse:
    body = payload(name)
    if body is None:
        raise Http404
    return HttpResponse(body, content_type="application/json")


urlpatterns = [path("<str:name>/", answer)]
