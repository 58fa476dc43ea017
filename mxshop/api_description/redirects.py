"""Addresses that the browser visits as links: no view of the API answers them."""

from typing import Any

from django.utils.translation import gettext as _

PROVIDERS = ("weibo", "qq", "weixin")


def redirect_paths() -> dict[str, Any]:
    """Return the paths of an OpenAPI document, with texts in the current language."""
    provider = {
        "in": "path", "name": "provider", "required": True,
        "schema": {"type": "string", "enum": list(PROVIDERS)},
    }  # fmt: skip
    return {
        "/login/{provider}/": {
            "get": {
                "operationId": "social_login",
                "summary": _("Sign in with a provider: a link for the browser"),
                "parameters": [provider],
                "responses": {
                    "302": _redirect(_("To the provider's page, which leads back to the shop.")),
                    "404": _detail(_("There is no such provider.")),
                },
            }
        },
        "/complete/{provider}/": {
            "get": {
                "operationId": "social_complete",
                "summary": _("Where the provider sends the browser back to"),
                "parameters": [provider],
                "responses": {
                    "302": _redirect(
                        _(
                            "To `/index/`, with the cookies `token` and `name` (24 hours, path "
                            "`/index`, readable by scripts); refused or expired: to "
                            "`/index/?message=…`."
                        )
                    ),
                    "404": _detail(_("There is no such provider.")),
                },
            }
        },
        "/alipay/return/": {
            "get": {
                "operationId": "alipay_return",
                "summary": _("Where Alipay sends the buyer's browser back to"),
                "responses": {
                    "302": _redirect(
                        _(
                            "To `/index/#/app/home/member/order`, or to `/index/` when the address "
                            "is not signed by Alipay."
                        )
                    ),
                },
            }
        },
    }


def _redirect(description: str) -> dict[str, Any]:
    location = {"schema": {"type": "string", "format": "uri-reference"}, "required": True}
    return {"description": description, "headers": {"Location": location}}


def _detail(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Detail"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
