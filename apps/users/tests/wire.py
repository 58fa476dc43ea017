"""What the tests send again and again."""

MOBILE = "13912345678"
OTHER_MOBILE = "18600001111"
PASSWORD = "xiaoman-2026"
NEW_PASSWORD = "another-one-2027"


def wrong(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
