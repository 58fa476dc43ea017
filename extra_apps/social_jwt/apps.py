from django.apps import AppConfig


class SocialJWTConfig(AppConfig):
    """Sign-in with weibo, QQ and WeChat for a single-page shop that keeps a token.

    Settings: SOCIAL_JWT_TOKEN_MAKER (dotted name of a function from a user to a token),
    SOCIAL_JWT_RETURN_PATH (the shop's page), and those of social-auth, as in
    mxshop/settings.py.
    """

    name = "extra_apps.social_jwt"
