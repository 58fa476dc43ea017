"""The shop on one node: as in production, with the local gateway at an address of the test's."""

import os

from mxshop.settings import *  # noqa: F403
from mxshop.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "extra_apps.alipay_sandbox"]
ALIPAY_GATEWAY_URL = os.environ["CLUSTER_GATEWAY_URL"]
ALIPAY_SANDBOX = {
    "APP_ID": os.environ["ALIPAY_APP_ID"],
    "SELLER_ID": os.environ["ALIPAY_SELLER_ID"],
    "MERCHANT_PUBLIC_KEY": os.environ["CLUSTER_MERCHANT_KEY"],
    "PRIVATE_KEY": os.environ["CLUSTER_GATEWAY_KEY"],
    "NOTIFY_IN_BACKGROUND": False,
}
# The local gateway beside DEBUG=false: here, as in tests/settings.py.
SILENCED_SYSTEM_CHECKS = ["alipay_sandbox.E001"]
