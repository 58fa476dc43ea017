"""The staff's view of what buyers keep and write: nobody adds such rows but their buyers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from apps.users.admin.links import account_link
from apps.users.services.locks import accounts_lock
from utils.admin.base import ShopModelAdmin, may_write_here
from utils.api.lookups import parse_pk

from .message_page import MessagePage
from .models import QuickReply, UserAddress, UserFav, UserLeavingMessage
from .services.addresses import address_change, addresses_remove
from .services.favourites import favourites_remove
from .services.messages import message_reply, messages_remove

BUYER = ["user__username", "user__name", "user__mobile"]


class OwnedAdmin(ShopModelAdmin):
    list_select_related = ["user"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        # What staff save or delete, the buyer must not take away meanwhile, with the account or
        # alone: its name would come back in the history.
        key = parse_pk(object_id)
        if may_write_here(self, request) and key is not None:
            owners = self.model._default_manager.filter(pk=key).values_list("user_id", flat=True)
            accounts_lock(user_ids=list(owners))
        return super().get_object(request, object_id, from_field)

    @admin.display(description=_("buyer"))
    def buyer(self, row: Any) -> SafeString:
        return account_link(row.user)


@admin.register(UserFav)
class UserFavAdmin(OwnedAdmin):
    list_display = ["user", "goods", "add_time"]
    readonly_fields = ["buyer", "goods", "add_time"]
    fields = [*readonly_fields]
    list_filter = ["goods__is_on_sale", "add_time"]
    list_select_related = ["user", "goods"]
    search_fields = [*BUYER, "goods__name", "goods__goods_sn"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: UserFav) -> None:
        favourites_remove(favourite_ids=[obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserFav]) -> None:
        favourites_remove(favourite_ids=list(queryset.values_list("pk", flat=True)))


class ReplyFilter(admin.SimpleListFilter):
    title = _("reply")
    parameter_name = "reply"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("none", _("no reply yet")), ("sent", _("replied to"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("none", "sent"):
            return queryset.filter(replied_at__isnull=self.value() == "none")
        return queryset


@admin.register(UserLeavingMessage)
class UserLeavingMessageAdmin(MessagePage, OwnedAdmin):
    list_display = ["subject_and_text", "message_type", "user", "has_file", "add_time", "replied"]
    list_filter = [ReplyFilter, "message_type", "add_time"]
    search_fields = [*BUYER, "subject", "message", "reply"]
    # Staff answer; what the buyer wrote stays as it was written.
    readonly_fields = [
        "buyer", "message_type", "subject", "message", "picture", "file", "file_name", "add_time",
        "replied_at",
    ]  # fmt: skip
    fields = [*readonly_fields[:-1], "reply", "replied_at"]

    @admin.display(description=_("subject"), ordering="subject")
    def subject_and_text(self, message: UserLeavingMessage) -> SafeString:
        text = Truncator(message.message).chars(60)
        return format_html('{}<div class="second-line">{}</div>', message.subject, text)

    @admin.display(description=_("replied"), ordering="replied_at")
    def replied(self, message: UserLeavingMessage) -> Any:
        return message.replied_at or _("no reply yet")

    @admin.display(boolean=True, description=_("file"))
    def has_file(self, message: UserLeavingMessage) -> bool:
        return bool(message.file)

    def save_model(
        self, request: HttpRequest, obj: UserLeavingMessage, form: Any, change: bool
    ) -> None:
        if "reply" in form.changed_data:
            message_reply(message_id=obj.pk, reply=obj.reply)

    def delete_model(self, request: HttpRequest, obj: UserLeavingMessage) -> None:
        messages_remove(message_ids=[obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserLeavingMessage]) -> None:
        messages_remove(message_ids=list(queryset.values_list("pk", flat=True)))


@admin.register(QuickReply)
class QuickReplyAdmin(ShopModelAdmin):
    """Texts to begin a reply with; staff write them themselves."""

    list_display = ["title", "text", "index"]
    list_editable = ["index"]


@admin.register(UserAddress)
class UserAddressAdmin(OwnedAdmin):
    list_display = [
        "signer_name", "signer_mobile", "province", "city", "district", "address", "user",
        "is_default",
    ]  # fmt: skip
    list_filter = ["is_default", "province", "add_time"]
    search_fields = [*BUYER, "signer_name", "signer_mobile", "address"]
    fields = [
        "buyer", "province", "city", "district", "address", "signer_name", "signer_mobile",
        "is_default", "add_time",
    ]  # fmt: skip
    readonly_fields = ["buyer", "add_time"]

    def save_model(self, request: HttpRequest, obj: UserAddress, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        address_change(user_id=obj.user_id, address_id=obj.pk, fields=fields)

    def delete_model(self, request: HttpRequest, obj: UserAddress) -> None:
        addresses_remove(address_ids=[obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserAddress]) -> None:
        addresses_remove(address_ids=list(queryset.values_list("pk", flat=True)))
