"""The keys and certificates of the local gateway, which pays on a machine of development."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from extra_apps.alipay_sandbox.certificates import local_certificates
from extra_apps.alipay_sandbox.keys import local_key_pair
from utils.config.environment import Environment

from .startup import kept

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"


class LocalGateway(NamedTuple):
    """What the shop has of the two: its own key, and of the gateway the key or the certificates."""

    private_key: str
    public_key: str
    app_cert: str
    root_cert: str
    public_cert: str
    sandbox: dict[str, Any]  # ALIPAY_SANDBOX, what the gateway itself works with


def local_gateway(env: Environment, folder: Path, *, certificates: bool) -> LocalGateway:
    """Return what is kept in ``folder``, made at the first start.

    With ``certificates`` the two know each other by certificates of a chain of their own.
    """
    merchant = kept(env, folder / "merchant.pem", local_key_pair)
    gateway = kept(env, folder / "gateway.pem", local_key_pair)
    sandbox = {
        "APP_ID": APP_ID,
        "SELLER_ID": SELLER_ID,
        "MERCHANT_PUBLIC_KEY": merchant.public,
        "PRIVATE_KEY": gateway.private,
    }
    if not certificates:
        return LocalGateway(merchant.private, gateway.public, "", "", "", sandbox)
    read = partial(local_certificates, merchant=merchant, gateway=gateway)
    app, root, public = kept(env, folder, read)
    sandbox |= {"APP_CERT": app, "ROOT_CERT": root, "PUBLIC_CERT": public}
    return LocalGateway(merchant.private, "", app, root, public, sandbox)
