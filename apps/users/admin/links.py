from django.contrib.auth.models import AbstractUser
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def account_link(account: AbstractUser) -> SafeString:
    """Return a link to the page of an account: that of buyers, or that of staff accounts."""
    is_staff = account.is_staff or account.is_superuser
    page = "staffaccount" if is_staff else "buyer"
    return format_html(
        '<a href="{}">{}</a>', reverse(f"admin:users_{page}_change", args=[account.pk]), account
    )
