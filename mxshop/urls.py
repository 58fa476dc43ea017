"""Every address of the shop: the one router, the pages, the staff's pages."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
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
from .media import media
from .metrics.page import metrics
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
router.register(
    "orders/(?P<order_id>[^/]+)/refunds", trade.OrderRefundsViewSet, basename="order-refunds"
)
router.register("refunds", trade.RefundViewSet, basename="refunds")

alipay = [
    path("return/", callbacks.alipay_return, name="alipay-return"),
    path("notify/", callbacks.alipay_notify, name="alipay-notify"),
]

# Django tries addresses one after the other.
urlpatterns = [
    # Before the router, which has sixty.
    path("alipay/", include(alipay)),
    # Before the others, because the catalogue is asked for most.
    path("", include(router.urls)),
    path("login/", users.LoginView.as_view(), name="login"),
    # Other names of the same are left out of the description: clients made from it need one.
    path("api-token-auth/", users.LoginView.as_view(schema=None), name="api-token-auth"),
    path("api-token-refresh/", users.TokenRefreshView.as_view(), name="api-token-refresh"),
    path("api-token-verify/", users.TokenVerifyView.as_view(), name="api-token-verify"),
    path("logout/", users.LogoutView.as_view(), name="logout"),
    path("password/change/", users.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", users.PasswordResetView.as_view(), name="password-reset"),
    # Other spellings, of forks of the published clients. They are left out of the schema, so that a
    # client made of it has each operation once.
    path("code/", users.CodeViewSet.as_view({"post": "create"}, schema=None)),
    path("categories/", goods.CategoryViewSet.as_view({"get": "list"}, schema=None)),
    path("categories/<pk>/", goods.CategoryViewSet.as_view({"get": "retrieve"}, schema=None)),
    # Before /login/<provider>/.
    path("login/providers/", users.ProvidersView.as_view(), name="login-providers"),
    path("", include("extra_apps.social_jwt.urls")),
    path("index/", pages.index, name="index"),
    path("index/<path:path>", pages.index),
    path("media/<path:path>", media, name="media"),
    path("healthz/", pages.healthz, name="healthz"),
    path("readyz/", pages.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    # Before the administration's own, which would compare the old password without a limit.
    path("admin/password_change/", password_change),
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("ckeditor5/image_upload/", description_picture_upload, name="ck_editor_5_upload_file"),
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
