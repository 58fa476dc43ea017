"""The page of the journal, and the way back to an older price."""

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.goods.services.prices import goods_change_prices
from apps.trade.admin.filters import DateRangeFilter
from utils.admin.read_only import ReadOnlyAdmin
from utils.journal.actors import Way, acting

from ..models import JournalEntry
from . import words
from .filters import PRICES, StaffFilter, SubjectFilter, WayFilter, WeekFilter
from .writing import stored

# About what whose page may be seen: kind, and the permission for it.
SEEN_WITH = {
    "goods.goods": "goods.view_goods",
    "trade.orderinfo": "trade.view_orderinfo",
    "trade.refund": "trade.view_refund",
    "trade.refundrequest": "trade.view_refundrequest",
    "trade.freightrule": "trade.view_freightrule",
}


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin):
    """Read by staff, each what is about pages that they may see; accounts by superusers alone."""

    list_display = ["moment", "about", "change", "way_and_note", "way_back"]
    fields = ("add_time", "staff", "about", "change", "way_and_note")
    readonly_fields = ("add_time", "staff", "about", "change", "way_and_note")
    list_display_links = None
    list_filter = [SubjectFilter, WeekFilter, ("add_time", DateRangeFilter), StaffFilter, WayFilter]
    search_fields = ["object_name"]
    search_help_text = _("Article number or name of goods, or order number.")
    actions = None

    class Media:
        css = {"all": ["mxshop/journal.css"]}

    list_per_page = 50
    sortable_by = ()

    def kinds_shown(self, request: HttpRequest) -> set[str]:
        """Return about what this member of staff reads entries."""
        user: Any = request.user
        if user.is_superuser:
            return {*SEEN_WITH, "auth.group", "users.userprofile"}
        return {kind for kind, permission in SEEN_WITH.items() if user.has_perm(permission)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        entries = super().get_queryset(request).prefetch_related("staff")
        if request.user.is_superuser:  # type: ignore[union-attr]
            return entries
        return entries.filter(kind__in=self.kinds_shown(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Goods by what they are called now; else rows whose number or name begins so."""
        term = search_term.strip()
        if not term:
            return queryset, False
        goods = Goods.objects.ids_called(term)
        if goods:
            return queryset.filter(kind="goods.goods", object_id__in=goods), False
        return queryset.filter(object_name__istartswith=term), False  # LIKE BINARY has no index

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        self._mark_ways_back(request, changelist.result_list)
        return changelist

    # --- Columns -----------------------------------------------------------------------

    @admin.display(description=_("when and who"))
    def moment(self, entry: JournalEntry) -> SafeString:
        who = entry.staff or "–"
        return format_html('{}<br><span class="quiet">{}</span>', _when(entry), who)

    @admin.display(description=_("about"))
    def about(self, entry: JournalEntry) -> SafeString:
        url = words.entry_url(entry)
        name = format_html('<a href="{}">{}</a>', url, entry.object_name) if url else (
            entry.object_name
        )  # fmt: skip
        return format_html('{}<br><span class="quiet">{}</span>', name, words.kind_name(entry.kind))

    @admin.display(description=_("before → after"))
    def change(self, entry: JournalEntry) -> SafeString:
        old, new = (words.value_text(entry, value) for value in (entry.old, entry.new))
        return format_html(
            '{} → <strong>{}</strong><br><span class="quiet">{}</span>',
            old, new, words.column_name(entry),
        )  # fmt: skip

    @admin.display(description=_("by way of"))
    def way_and_note(self, entry: JournalEntry) -> SafeString:
        way = entry.get_way_display() if entry.way else _("not by staff")
        return format_html('{}<br><span class="quiet">{}</span>', way, entry.note)

    @admin.display(description="", empty_value="")
    def way_back(self, entry: JournalEntry) -> SafeString | str:
        if not getattr(entry, "has_way_back", False):
            return ""
        url = reverse("admin:mxshop_journalentry_put_back", args=[entry.pk])
        return format_html('<a class="button" href="{}">{}</a>', url, _("Put back"))

    def _mark_ways_back(self, request: HttpRequest, entries: Any) -> None:
        """Mark entries whose price is still the goods' price; one query for all of them."""
        if not self.has_put_back_permission(request):
            return
        of_prices = [entry for entry in entries if is_price_change(entry)]
        goods = Goods.objects.only(*(_price(entry) for entry in of_prices)).in_bulk(
            {entry.object_id for entry in of_prices}
        ) if of_prices else {}  # fmt: skip
        for entry in of_prices:
            row = goods.get(entry.object_id)
            entry.has_way_back = row is not None and is_price_of(entry, row)

    # --- The way back ------------------------------------------------------------------

    def has_put_back_permission(self, request: HttpRequest) -> bool:
        """Whoever may set a price by the form may set an older one here."""
        return self.has_view_permission(request) and request.user.has_perm("goods.change_goods")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.put_back_view)
        own = path("<int:entry_id>/put-back/", view, name="mxshop_journalentry_put_back")
        return [own, *super().get_urls()]

    def put_back_view(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        if not self.has_put_back_permission(request):
            raise PermissionDenied
        entry = self.get_queryset(request).filter(pk=entry_id).first()
        if entry is None or not is_price_change(entry):
            raise Http404
        if request.method == "POST":
            return self._put_back(request, entry)
        goods = Goods.objects.filter(pk=entry.object_id).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Put a price back"),
            "entry": entry,
            "what": words.column_name(entry),
            "goods": goods,
            "now": getattr(goods, _price(entry), None),
            "is_possible": goods is not None and is_price_of(entry, goods),
            "media": self.media,
        }
        return TemplateResponse(request, "mxshop/put_back.html", context)

    def _put_back(self, request: HttpRequest, entry: JournalEntry) -> HttpResponse:
        assert request.user.pk is not None
        plan = {entry.object_id: (Decimal(entry.new), Decimal(entry.old))}
        with acting(staff_id=request.user.pk, way=Way.PUT_BACK, note=_when(entry)):
            changed = goods_change_prices(column=_price(entry), plan=plan)
        if changed:
            text = _("%(name)s: the price is %(price)s yuan again.")
            level = messages.SUCCESS
        else:
            text = _("%(name)s has another price by now; nothing was changed.")
            level = messages.WARNING
        values = {"name": entry.object_name, "price": entry.old}
        self.message_user(request, text % values, level)
        return HttpResponseRedirect(reverse("admin:mxshop_journalentry_changelist"))


def is_price_change(entry: JournalEntry) -> bool:
    return entry.column in PRICES and bool(entry.old) and bool(entry.new)


def is_price_of(entry: JournalEntry, goods: Goods) -> bool:
    """Say whether the price after the change is the one that the goods have now."""
    return stored(getattr(goods, _price(entry))) == entry.new


def _when(entry: JournalEntry) -> str:
    return f"{timezone.localtime(entry.add_time):%Y-%m-%d %H:%M}"


def _price(entry: JournalEntry) -> str:
    return entry.column.rpartition(".")[2]
