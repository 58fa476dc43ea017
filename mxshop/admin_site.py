"""The administration's site: Django's own, with the shop's start page and menu."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _


class ShopAdminConfig(AdminConfig):
    """In INSTALLED_APPS in the place of django.contrib.admin."""

    default_site = "mxshop.admin_site.ShopAdminSite"


class ShopAdminSite(AdminSite):
    """Pages by section (mxshop/menu.py); the start page is mxshop/start_page."""

    site_header = site_title = _("MxShop administration")
    site_url = "/index/"
    index_template = "mxshop/start_page/index.html"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the menu for whoever asks, or the pages of one app.

        The menu asks for hundreds of permissions and addresses: it is made once in a request,
        when a template shows it.
        """
        # Imported late, as the site is made before the apps are loaded.
        from .menu import menu_of

        make = super().get_app_list
        if app_label:
            return make(request, app_label)
        if not hasattr(request, "_shop_menu"):
            request._shop_menu = SimpleLazyObject(lambda: menu_of(make(request)))  # type: ignore[attr-defined]
        return request._shop_menu  # type: ignore[attr-defined,no-any-return]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from .start_page.page import start_page_context

        context = start_page_context(request)
        return super().index(request, {**context, **(extra_context or {})})
