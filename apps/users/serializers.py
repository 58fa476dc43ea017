"""Shapes of the accounts (contract: "Accounts")."""

import re
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from utils.api.mobile import INVALID_MOBILE, MobileNumberField

from .models import UserProfile, VerifyCode

NO_CODE = _("Please enter the verification code.")
WRONG_CODE_FORMAT = _("The verification code is malformed.")

_DIGITS = re.compile(r"[0-9]+", re.ASCII)


class LoginProviderSerializer(serializers.Serializer):
    """A site whose account opens one of the shop."""

    provider = serializers.ChoiceField(
        choices=[("weibo", _("Weibo")), ("qq", "QQ"), ("weixin", _("WeChat"))]
    )
    url = serializers.CharField(
        help_text=_("Absolute address, a plain link: the browser goes to the provider.")
    )


class CodeField(serializers.CharField):
    """The digits of an SMS, as many as codes of ``purpose`` have."""

    default_error_messages = {
        "required": NO_CODE,
        "blank": NO_CODE,
        "null": NO_CODE,
        "invalid": WRONG_CODE_FORMAT,
    }

    def __init__(self, purpose: VerifyCode.Purpose, **kwargs: Any) -> None:
        self.code_length = purpose.code_length
        help_text = _("Four digits.") if self.code_length == 4 else _("Six digits.")
        super().__init__(write_only=True, help_text=help_text, **kwargs)
        self.request_schema = {
            "pattern": f"^[0-9]{{{self.code_length}}}$", "example": "123456"[: self.code_length],
        }  # fmt: skip

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if len(code) != self.code_length or not _DIGITS.fullmatch(code):
            self.fail("invalid")
        return code


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            write_only=True, trim_whitespace=False, max_length=128,
            style={"input_type": "password"}, **kwargs,
        )  # fmt: skip


def check_password_strength(password: str, user: UserProfile) -> None:
    """Raise a field error on ``password`` unless it passes AUTH_PASSWORD_VALIDATORS."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from error


@extend_schema_serializer(component_name="Code")
class CodeRequestSerializer(serializers.Serializer):
    mobile = MobileNumberField()
    purpose = serializers.ChoiceField(
        choices=VerifyCode.Purpose.choices, default=VerifyCode.Purpose.REGISTER, write_only=True,
        help_text=_("What the code will be used for; it is good for nothing else."),
    )  # fmt: skip


class RegisterSerializer(serializers.Serializer):
    username = MobileNumberField(help_text=_("The mobile number that becomes the username."))
    code = CodeField(VerifyCode.Purpose.REGISTER)
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        mobile = attrs["username"]
        check_password_strength(attrs["password"], UserProfile(username=mobile, mobile=mobile))
        return attrs


class RegisteredSerializer(serializers.Serializer):
    """What a registration answers: the new account is logged in already."""

    username = serializers.CharField()
    mobile = serializers.CharField()
    token = serializers.CharField()
    name = serializers.CharField()


class BirthdayField(serializers.DateField):
    """A date; the clients send an empty text when there is none."""

    def to_internal_value(self, value: Any) -> Any:
        return None if value == "" else super().to_internal_value(value)


class OptionalMobileField(MobileNumberField):
    """The caller's mobile; nothing stands for nothing where there is none yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return None if data == "" else super().run_validation(data)


class ProfileSerializer(serializers.ModelSerializer):
    birthday = BirthdayField(allow_null=True, required=False)
    mobile = OptionalMobileField(help_text=_("A new one needs the code that was sent to it."))
    code = CodeField(
        VerifyCode.Purpose.CHANGE_MOBILE, required=False, allow_blank=True, allow_null=True
    )

    class Meta:
        model = UserProfile
        fields = ("name", "birthday", "gender", "email", "mobile", "code")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        account: UserProfile = self.instance  # type: ignore[assignment]
        if "mobile" in attrs and attrs["mobile"] != account.mobile:
            if attrs["mobile"] is None:
                raise serializers.ValidationError({"mobile": [INVALID_MOBILE]})
            if not attrs.get("code"):
                raise serializers.ValidationError({"code": [NO_CODE]})
        return attrs


class LoginSerializer(serializers.Serializer):
    username = serializers.CharField(
        max_length=150, write_only=True, help_text=_("Username or mobile.")
    )
    password = PasswordField(required=False, help_text=_("Or a code."))
    code = CodeField(VerifyCode.Purpose.LOGIN, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "password" not in attrs and "code" not in attrs:
            password = self.fields["password"]
            raise serializers.ValidationError({"password": [password.error_messages["required"]]})
        return attrs


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField()


class ResetSerializer(serializers.Serializer):
    mobile = MobileNumberField()
    code = CodeField(VerifyCode.Purpose.RESET)
    password = PasswordField()


class LogoutSerializer(serializers.Serializer):
    everywhere = serializers.BooleanField(
        default=False, write_only=True,
        help_text=_("Also every other token and session of the account."),
    )  # fmt: skip


class PasswordChangeSerializer(serializers.Serializer):
    old_password = PasswordField()
    password = PasswordField(help_text=_("The new one."))


class CloseAccountSerializer(serializers.Serializer):
    code = CodeField(VerifyCode.Purpose.CLOSE_ACCOUNT)
