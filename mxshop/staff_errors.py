"""What staff see in place of a page of the administration: a sentence, and the way back."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as django_csrf_failure


def is_for_staff(request: HttpRequest) -> bool:
    """Say whether a browser asks for a page of the administration."""
    return request.path.startswith(reverse("admin:index")) and (
        "text/html" in request.headers.get("Accept", "")
    )


def staff_error(request: HttpRequest, status: int) -> HttpResponse:
    """Return the page for 400, 403 or 404, with the menu of who asks; for 500 a bare one."""
    title, text = {
        400: (_("This cannot be done"), _("The browser sent something that makes no sense here.")),
        403: (
            _("Not for your role"),
            _("Your account may not open this page. The owner of the shop can give it a role."),
        ),
        404: (_("There is no such page"), _("It was moved or deleted, or the address is wrong.")),
        500: (
            _("The shop made a mistake"),
            _("Nothing of this form was saved. Try again; if it happens again, tell the owner."),
        ),
    }[status]
    if status == 500:  # whatever has failed may fail again: no question to the database
        context = {"title": title, "text": text}
        return render(request, "mxshop/staff_error_bare.html", context, status=status)
    return _page(request, status, title, text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For CSRF_FAILURE_VIEW: mostly somebody logged in anew while this form lay open."""
    if not is_for_staff(request):
        return django_csrf_failure(request, reason=reason)
    text = _("Nothing was saved. Go back, load the page again, and send it once more.")
    return _page(request, 403, _("This page has lain open too long"), text)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "text": text}
    page = TemplateResponse(request, "mxshop/staff_error.html", context, status=status)
    return page.render()
