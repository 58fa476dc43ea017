"""What of the shop's SMS is used up, for the staff's list of codes."""

from django import template

from apps.users.services.code_quotas import ShopShare, shop_shares

register = template.Library()


@register.simple_tag
def sms_shares() -> list[ShopShare]:
    return shop_shares()
