"""The public catalogue. Nobody logs in here: a stale token of a client must not matter."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from utils.api.lookups import KeyInPathMixin
from utils.api.shape_lists import ShapeListMixin
from utils.cache.responses import CachedResponseMixin, cached_catalogue
from utils.limits.throttling import SearchThrottle

from .filters import (
    ORDERING_FIELDS,
    GoodsFilter,
    GoodsFilterBackend,
    SearchFilter,
    StableOrderingFilter,
)
from .index_page import index_categories
from .list_pagination import GoodsPagination
from .list_query import goods_list_query
from .models import Banner, Goods, GoodsCategory, HotSearchWords, goods_page
from .models.forest import category_forest, category_tree
from .serializers import (
    BannerSerializer,
    CategoryTreeSerializer,
    GoodsCardSerializer,
    GoodsSerializer,
    HotSearchWordsSerializer,
    IndexCategorySerializer,
)
from .services.view_counts import goods_record_view

# No list is endless: of these, so many are shown.
MOST_ROWS = 100


class PublicViewSet(CachedResponseMixin, KeyInPathMixin, viewsets.GenericViewSet):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    pagination_class: Any = None


class CachedListMixin(ShapeListMixin):
    @cached_catalogue
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


@extend_schema_view(
    list=extend_schema(summary=_("Goods on sale, a page at a time")),
    retrieve=extend_schema(summary=_("One goods page; counts a view")),
)
class GoodsViewSet(CachedListMixin, PublicViewSet):
    queryset = Goods.objects.for_list()
    serializer_class = GoodsCardSerializer
    pagination_class = GoodsPagination
    filter_backends = (GoodsFilterBackend, SearchFilter, StableOrderingFilter)
    filterset_class = GoodsFilter
    search_fields = ("search_text",)
    ordering_fields = ORDERING_FIELDS
    catalogue_query = staticmethod(goods_list_query)
    throttle_classes = (*viewsets.GenericViewSet.throttle_classes, SearchThrottle)

    @extend_schema(responses=GoodsSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        goods = goods_page(self.get_key())
        if goods is None:
            raise Http404
        if request.method == "GET":  # a HEAD shows the page to nobody
            goods.click_num = goods_record_view(goods_id=goods.pk)
        tree = category_tree(goods.category_id)
        if tree is None:  # the goods were moved since they were read, and their category deleted
            raise Http404
        goods.category = tree
        return Response(GoodsSerializer.shape(goods, request))


@extend_schema_view(
    list=extend_schema(summary=_("The category tree, from level 1 down")),
    retrieve=extend_schema(summary=_("One category of any level, with those below it")),
)
class CategoryViewSet(PublicViewSet):
    queryset = GoodsCategory.objects.all()
    serializer_class = CategoryTreeSerializer

    @cached_catalogue
    def list(self, request: Request) -> Response:
        return Response(CategoryTreeSerializer.shapes(category_forest().roots, request))

    @cached_catalogue
    def retrieve(self, request: Request, pk: str) -> Response:
        category = category_tree(self.get_key())
        if category is None:
            raise Http404
        return Response(CategoryTreeSerializer.shape(category, request))


@extend_schema_view(list=extend_schema(summary=_("Banners of the index page, by position")))
class BannerViewSet(CachedListMixin, PublicViewSet):
    queryset = Banner.objects.filter(goods__is_on_sale=True)[:MOST_ROWS]
    serializer_class = BannerSerializer


@extend_schema_view(list=extend_schema(summary=_("Hot search words, the hottest first")))
class HotSearchWordsViewSet(CachedListMixin, PublicViewSet):
    queryset = HotSearchWords.objects.all()[:MOST_ROWS]
    serializer_class = HotSearchWordsSerializer


@extend_schema_view(
    list=extend_schema(summary=_("The index page: categories with brands, goods and an ad"))
)
class IndexGoodsViewSet(PublicViewSet):
    queryset = GoodsCategory.objects.none()
    serializer_class = IndexCategorySerializer

    @cached_catalogue
    def list(self, request: Request) -> Response:
        return Response(IndexCategorySerializer.shapes(index_categories(), request))
