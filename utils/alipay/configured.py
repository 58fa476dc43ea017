"""The client that the settings describe."""

from functools import lru_cache

from django.conf import settings

from .certificates import CertificateSettings, read_certificates
from .client import AlipayClient
from .errors import AlipayKeyError


def client_from_settings() -> AlipayClient:
    """Return the client of ALIPAY_APP_ID at ALIPAY_GATEWAY_URL.

    It is in certificate mode when ALIPAY_PUBLIC_CERT is set. Keys and certificates are parsed
    once per process (some 40 ms); a file that changes is read again after a restart. Raises
    AlipayKeyError.
    """
    try:
        return _client(
            settings.ALIPAY_APP_ID,
            settings.ALIPAY_GATEWAY_URL,
            settings.ALIPAY_PRIVATE_KEY,
            settings.ALIPAY_PUBLIC_KEY,
            CertificateSettings(
                app=settings.ALIPAY_APP_CERT,
                root=settings.ALIPAY_ROOT_CERT,
                alipay=settings.ALIPAY_PUBLIC_CERT,
            ),
        )
    except AlipayKeyError as error:
        what = str(error)
    # Another error, without the frames that hold the keys: Sentry reports their variables.
    raise AlipayKeyError(what)


@lru_cache(maxsize=8)
def _client(
    app_id: str,
    gateway_url: str,
    private_key: str,
    public_key: str,
    certificates: CertificateSettings,
) -> AlipayClient:
    return AlipayClient(
        app_id=app_id,
        gateway_url=gateway_url,
        private_key=private_key,
        alipay_public_key=public_key,
        certificates=read_certificates(certificates) if any(certificates) else None,
    )
