"""``GET /metrics``: what the processes counted, and what the database knows."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from utils.metrics.processes import are_shared

from .access import is_allowed
from .figures import ShopCollector

shop = ShopCollector()


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """In Prometheus' text format, or OpenMetrics when that is asked for; 404 for strangers."""
    if not is_allowed(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(shop)
    if are_shared():
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)
