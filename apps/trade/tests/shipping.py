"""Orders that leave the shop, for tests that are about something else."""

from itertools import count

from apps.trade.services.shipping import Shipped, order_ship
from apps.users.models import UserProfile

_numbers = count(1)


def ship(order_id: int, carrier: str = "sf", tracking_no: str | None = None) -> Shipped:
    """Ship an order, under a number of its own unless one is given."""
    staff, _is_new = UserProfile.objects.get_or_create(username="packer", is_staff=True)
    if tracking_no is None:
        tracking_no = f"SF{2026_0000_0000 + next(_numbers):013}"
    return order_ship(
        order_id=order_id, carrier=carrier, tracking_no=tracking_no, staff_id=staff.pk
    )
