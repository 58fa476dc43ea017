"""What becomes of a cart and of orders when their buyer closes the account."""

from typing import Any

from django.dispatch import receiver

from apps.users.signals import account_closing, account_erasing

from .services.account_closing import buyer_erase, cart_lock_for_closing


@receiver(account_closing, dispatch_uid="cart_locked_for_closing")
def on_account_closing(user_id: int, **kwargs: Any) -> None:
    cart_lock_for_closing(user_id=user_id)


@receiver(account_erasing, dispatch_uid="buyer_erased")
def on_account_erasing(user_id: int, **kwargs: Any) -> None:
    buyer_erase(user_id=user_id)
