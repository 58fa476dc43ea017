"""The administration's site: Django's own, with the shop's start page and menu."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
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
        # Imported late, as the site is made before the apps are loaded.
        from .menu import menu_of

        apps = super().get_app_list(request, app_label)
        return apps if app_label else menu_of(apps)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from .start_page.page import start_page_context

        context = start_page_context(request)
        return super().index(request, {**context, **(extra_context or {})})
