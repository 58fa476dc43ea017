"""The names and patterns under which secrets and buyers' data stand in an event of Sentry."""

import re
from typing import Any

from sentry_sdk.scrubber import DEFAULT_DENYLIST, DEFAULT_PII_DENYLIST

FILTERED = "[Filtered]"

# Whole names, in lower case; the shop's own on top of Sentry's.
DENIED_NAMES = {
    *(name.lower() for name in (*DEFAULT_DENYLIST, *DEFAULT_PII_DENYLIST)),
    "address", "alipay_url", "biz_content", "body", "buyer_logon_id", "code", "cookies", "data",
    "dsn", "email", "env", "form", "http.query", "http.fragment", "message_text", "name_of_buyer",
    "nickname", "old_password", "passwd", "post_script", "province", "city", "district", "query",
    "query_string", "raw", "recipient", "sign", "signature", "signer_name", "state", "subject",
    "text", "username",
}  # fmt: skip
# Parts of names: singer_mobile, raw_token, HTTP_AUTHORIZATION.
DENIED_PARTS = (
    "password", "passwd", "secret", "token", "authorization", "cookie", "mobile", "private_key",
    "api_key", "apikey", "database_url", "redis_url", "credential",
)  # fmt: skip
# Request headers that say nothing about who asks.
KEPT_HEADERS = {
    "accept", "accept-encoding", "accept-language", "connection", "content-length",
    "content-type", "host", "user-agent",
}  # fmt: skip

_NAMES = (
    r"pass(?:word|wd)?|secret|token|authorization|cookie|session(?:id)?|sign(?:ature)?|api_?key|"
    r"private_key|mobile|code|signer_name|address|nickname|email"
)
PATTERNS = (
    # A PEM, and the bare base64 of a key.
    (re.compile(r"-----BEGIN [^-]+-----.*?(?:-----END [^-]+-----|\Z)", re.S), FILTERED),
    (re.compile(r"\bMI[A-Za-z0-9+/=\s\\]{60,}"), FILTERED),
    # A token of the clients (JWT), with its header's name or without.
    (re.compile(r"\b(?:JWT|Bearer)\s+\S+", re.I), FILTERED),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)*"), FILTERED),
    # Whom an address names, and what it asks.
    (re.compile(r"(?<=://)[^\s/@'\"]*:[^\s'\"]*@"), f"{FILTERED}@"),
    (re.compile(r"\?[^\s?'\"<>]*=[^\s'\"<>]*"), f"?{FILTERED}"),
    (re.compile(r"/media/messages/[^\s'\"<>]+"), f"/media/messages/{FILTERED}"),
    # What MariaDB quotes of a row, an account or a statement.
    (re.compile(r"(?i)(duplicate entry |incorrect \w+ value: |user |near )"
                r"'(?:[^'\\]|\\.|'(?!\s|@|$))*'"), rf"\1'{FILTERED}'"),
    # name=value, "name": value
    (re.compile(rf"(?i)(?<![a-z])(\w*(?:{_NAMES}))([\"']?\s*[=:]\s*)(?!\[Filtered)"
                r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\])]+)"), rf"\1\2{FILTERED}"),
    # A mobile; an order's number is longer.
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d{9}(?!\d)"), FILTERED),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), FILTERED),
)  # fmt: skip
# An apostrophe inside a word opens and ends no quotation.
QUOTED = re.compile(r"(?<!\w)'(?:[^'\\]|\\.|'(?=\w))*'(?!\w)|\"(?:[^\"\\]|\\.)*\"")
# How an error of the database reads: (1062, "Duplicate entry ...").
DATABASE_ERROR = re.compile(r"\((\d+), (['\"])(.*)\2\)", re.S)
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+(?:\s*\w*\s*[\u2e80-\uffef]+)*")
HAS_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
# What of a log line's values stays: an order's number, a name of the program (of a job).
HARMLESS = re.compile(r"\d{15,32}|[a-z]+(?:_[a-z]+)+")
# A word of the program (a column, a type), which may stay in its quotes.
WORD = re.compile(r"['\"][A-Za-z_.]{1,64}['\"]")


def is_denied(name: Any) -> bool:
    """Whether what stands under ``name`` may not leave the machine."""
    lower = str(name).lower()
    return lower in DENIED_NAMES or any(part in lower for part in DENIED_PARTS)
