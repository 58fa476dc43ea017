"""To be included at ``alipay-sandbox/``."""

from django.urls import path

from .views import board, cashier, gateway

urlpatterns = [
    path("", board.board, name="alipay-sandbox-board"),
    path("gateway.do", gateway.gateway, name="alipay-sandbox-gateway"),
    path("cashier/<str:trade_no>/", cashier.cashier, name="alipay-sandbox-cashier"),
    path("cashier/<str:trade_no>/pay/", cashier.pay, name="alipay-sandbox-pay"),
    path("cashier/<str:trade_no>/cancel/", cashier.cancel, name="alipay-sandbox-cancel"),
    path("notices/<int:pk>/send/", board.send_again, name="alipay-sandbox-send"),
    path("trades/<str:trade_no>/refund/", board.refund, name="alipay-sandbox-refund"),
]
