"""Cart and orders over HTTP."""

from .carts import ShoppingCartViewSet as ShoppingCartViewSet
from .orders import OrderViewSet as OrderViewSet
from .refunds import OrderRefundsViewSet as OrderRefundsViewSet
from .refunds import RefundViewSet as RefundViewSet
