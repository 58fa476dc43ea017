"""Every address of the shop: the one router, the pages, the staff's doors."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter

from apps.goods import views as goods
from apps.goods.admin.editor import description_picture_upload
from apps.trade import callbacks
from apps.trade import views as trade
from apps.user_operation import views as user_operation
from apps.users import views as users

from . import pages
from .password_change import password_change


class RootView(APIRootView):
    """Every resource of the shop."""

    # Public like the catalogue: a stale token of a client must not matter.
    authentication_classes = ()
    permission_classes = (AllowAny,)


router = DefaultRouter()
router.APIRootView = RootView
router.register("goods", goods.GoodsViewSet, basename="goods")
router.register("categorys", goods.CategoryViewSet, basename="categorys")
router.register("banners", goods.BannerViewSet, basename="banners")
router.register("hotsearchs", goods.HotSearchWordsViewSet, basename="hotsearchs")
router.register("indexgoods", goods.IndexGoodsViewSet, basename="indexgoods")
router.register("users", users.UserViewSet, basename="users")
router.register("codes", users.CodeViewSet, basename="codes")
router.register("userfavs", user_operation.UserFavViewSet, basename="userfavs")
router.register("messages", user_operation.MessageViewSet, basename="messages")
router.register("address", user_operation.AddressViewSet, basename="address")
router.register("shopcarts", trade.ShoppingCartViewSet, basename="shopcarts")
router.register("orders", trade.OrderViewSet, basename="orders")

login = users.LoginView.as_view()

urlpatterns = [
    path("login/", login, name="login"),
    path("api-token-auth/", login, name="api-token-auth"),
    path("api-token-refresh/", users.TokenRefreshView.as_view(), name="api-token-refresh"),
    path("api-token-verify/", users.TokenVerifyView.as_view(), name="api-token-verify"),
    path("logout/", users.LogoutView.as_view(), name="logout"),
    path("password/change/", users.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", users.PasswordResetView.as_view(), name="password-reset"),
    path("code/", users.CodeViewSet.as_view({"post": "create"}, schema=None)),
    path("", include("extra_apps.social_jwt.urls")),
    path("alipay/return/", callbacks.alipay_return, name="alipay-return"),
    path("alipay/notify/", callbacks.alipay_notify, name="alipay-notify"),
    path("index/", pages.index, name="index"),
    path("index/<path:path>", pages.index),
    path("media/<path:path>", pages.media, name="media"),
    path("healthz/", pages.healthz, name="healthz"),
    path("readyz/", pages.readyz, name="readyz"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    # Before the administration's own, which would compare the old password without a limit.
    path("admin/password_change/", password_change),
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("ckeditor5/image_upload/", description_picture_upload, name="ck_editor_5_upload_file"),
    path("", include(router.urls)),
]

if apps.is_installed("extra_apps.alipay_sandbox"):
    urlpatterns += [path("alipay-sandbox/", include("extra_apps.alipay_sandbox.urls"))]

if settings.DEBUG_TOOLBAR:
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()

handler400 = pages.bad_request
handler403 = pages.permission_denied
handler404 = pages.not_found
handler500 = pages.server_error

admin.site.site_header = admin.site.site_title = _("MxShop administration")
admin.site.site_url = "/index/"
