from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.users.admin.links import account_link
from utils.text.language import in_shop_language

from ..models import CartLine
from ..services.carts import hold_release
from .cells import badge
from .filters import DateRangeFilter, HoldFilter
from .read_only import NeverDeletedAdmin
from .search import IndexedSearchAdmin, buyers_found


@admin.register(CartLine)
class CartLineAdmin(IndexedSearchAdmin, NeverDeletedAdmin):
    """Carts, and which stock they hold: theirs to write, but a hold may be ended."""

    list_display = ["user", "goods", "nums", "hold", "held_until", "add_time"]
    list_filter = [HoldFilter, ("held_until", DateRangeFilter)]
    list_select_related = ["user", "goods"]
    search_help_text = _("Mobile or username of the buyer, name of goods.")
    readonly_fields = ("buyer", "goods", "nums", "hold", "held_until", "add_time")
    fields = readonly_fields
    actions = ("release_holds",)

    class Media:
        css = {"all": ["trade/admin.css"]}

    def found(self, word: str) -> Q:
        goods = Goods.objects.called(word).values_list("pk", flat=True)
        return Q(user__in=buyers_found(word)) | Q(goods__in=list(goods))

    def has_change_permission(self, request: HttpRequest, obj: CartLine | None = None) -> bool:
        """Who may change ends holds in the list; a line's page is to be read."""
        return obj is None and super().has_change_permission(request)

    @admin.display(description=_("buyer"), ordering="user")
    def buyer(self, line: CartLine) -> SafeString:
        return account_link(line.user)

    @admin.display(description=_("hold"))
    def hold(self, line: CartLine) -> SafeString:
        if line.held_until is None:
            return badge(_("not held"), "over")
        if line.held_until <= timezone.now():
            return badge(_("time is over"), "waiting")
        return badge(_("held"), "good")

    @admin.action(permissions=["change"], description=_("End the hold: the pieces go on sale"))
    def release_holds(self, request: HttpRequest, queryset: QuerySet[CartLine]) -> None:
        count = 0
        for line in queryset.order_by("pk"):
            if hold_release(user_id=line.user_id, goods_id=line.goods_id):
                with in_shop_language():
                    self.log_change(request, line, gettext("The hold was ended."))
                count += 1
        text = ngettext("%(count)d hold was ended.", "%(count)d holds were ended.", count)
        self.message_user(
            request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING
        )
