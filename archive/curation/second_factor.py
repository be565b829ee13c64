"""A second factor beside the password: codes of an authenticator app (TOTP, RFC 6238), and ten recovery codes.

The tables and the arithmetic are django-otp's, what is kept in them is not what it keeps there. `TOTPDevice.key` is a seed: the
secret that the app has is derived from it with SECRET_KEY. Of a recovery code there is a hash. So whoever reads the database or
a backup of it makes no code, and nothing of it has to be decrypted. Where SECRET_KEY changes, apps are no good any more and
recovery codes still are.
"""

import base64
import enum
import hashlib
import secrets
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from archive import security
from archive.curation.accounts import generate_password
from archive.curation.roles import Role

RECOVERY_CODES = 10
# 79 bits of each: too many to be guessed at, so that they need no limit of their own.
_GROUPS = 4
_DIGITS, _STEP = 6, 30
# Steps before and after: clocks differ, and people type slowly.
_TOLERANCE = 1


class Kind(enum.Enum):
    """What a right code was."""

    APP = "app"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's second factor. `codes`: so many recovery codes are left."""

    since: datetime
    used_at: datetime | None
    codes: int


# What is kept of whom ---------------------------------------------------------------------------------------------------


def number_of(user_id: int) -> int:
    """The number of the account's app, another for each that is set up; 0 where it has no second factor."""
    return TOTPDevice.objects.filter(user_id=user_id, confirmed=True).values_list("pk", flat=True).first() or 0


def standing_of(user: User) -> Standing | None:
    """None where the account has no second factor."""
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        return None
    return Standing(device.created_at, device.last_used_at, StaticToken.objects.filter(device__user=user).count())


def is_required(user: User) -> bool:
    """Whether the account may not do without (setting REQUIRE_SECOND_FACTOR)."""
    match settings.REQUIRE_SECOND_FACTOR:
        case "everybody":
            return True
        case "administrators":
            return user.is_superuser or user.groups.filter(name=Role.ADMINISTRATOR).exists()
    return False


# What an app is told ----------------------------------------------------------------------------------------------------


def new_seed() -> str:
    return secrets.token_hex(20)


def secret_of(seed: str) -> str:
    """As people type it into an app: Base32."""
    return base64.b32encode(_secret(seed)).decode()


def address_of(seed: str, user: User) -> str:
    """What the picture says: https://github.com/google/google-authenticator/wiki/Key-Uri-Format."""
    issuer = f"SCO archive ({urlsplit(settings.SITE_URL).hostname})"
    told = {"secret": secret_of(seed), "issuer": issuer, "algorithm": "SHA1", "digits": _DIGITS, "period": _STEP}
    return f"otpauth://totp/{quote(f'{issuer}:{user.get_username()}')}?{urlencode(told, quote_via=quote)}"


def _secret(seed: str) -> bytes:
    return salted_hmac("archive.curation.second_factor", seed, algorithm="sha256").digest()[:20]


# What people type -------------------------------------------------------------------------------------------------------


def plain(given: str) -> str:
    """As it is compared: without blanks and hyphens, in small letters, the digits of any script as ASCII's."""
    kept = (
        one for one in unicodedata.normalize("NFKC", given).casefold() if not one.isspace() and one not in "-–—\u200b"
    )
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in kept)


def is_for_app(given: str) -> bool:
    """Whether it has the form of an app's code; all else is taken for a recovery code."""
    code = plain(given)
    return len(code) == _DIGITS and code.isdecimal()


def fits(seed: str, given: str) -> bool:
    """Whether an app that was told that seed gives this code now."""
    return _step_of(seed, given, -1) is not None


def _step_of(seed: str, given: str, last: int) -> int | None:
    """The step of time whose code it is, where that is a later one than the last that was used."""
    if not is_for_app(given):
        return None
    totp = TOTP(_secret(seed), step=_STEP, digits=_DIGITS)
    totp.time = time.time()
    return totp.t() if totp.verify(int(plain(given)), tolerance=_TOLERANCE, min_t=last + 1) else None


# Setting it up, using it, taking it away --------------------------------------------------------------------------------


def set_up(request: HttpRequest, user: User, seed: str, given: str) -> tuple[str, ...]:
    """Take the app that was told that seed for the account's second factor, in place of one before; where the code fits.

    The recovery codes, which nobody can be shown again; empty where the code is wrong.
    """
    step = _step_of(seed, given, -1)
    if step is None:
        return ()
    with transaction.atomic():
        # Of two at the same time the second replaces the first.
        User.objects.select_for_update().get(pk=user.pk)
        _forget(user)
        TOTPDevice.objects.create(user=user, name="app", key=seed, last_t=step)
        codes = _new_codes(user)
    security.tell("second-factor-set", request, account=user.pk)
    return codes


def verify(request: HttpRequest, user: User, given: str) -> Kind | None:
    """What the code is; None where it is wrong. A right one is used up by it: no code is good twice."""
    with transaction.atomic():
        found = (_verify_app if is_for_app(given) else _verify_recovery)(user, given)
    if found is None:
        security.tell("second-factor-failed", request, account=user.pk)
    elif found is Kind.RECOVERY:
        security.tell("second-factor-recovered", request, account=user.pk)
    return found


def _verify_app(user: User, given: str) -> Kind | None:
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    step = _step_of(device.key, given, device.last_t) if device else None
    if step is None:
        return None
    device.last_t = step
    device.set_last_used_timestamp(commit=False)
    device.save(update_fields=["last_t", "last_used_at"])
    return Kind.APP


def _verify_recovery(user: User, given: str) -> Kind | None:
    device = StaticDevice.objects.select_for_update().filter(user=user).first()
    is_right = device is not None and device.verify_token(_hash(device, given))
    return Kind.RECOVERY if is_right else None


def replace_recovery_codes(user: User) -> tuple[str, ...]:
    """Ten new ones; those before are no good any more."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        StaticDevice.objects.filter(user=user).delete()
        return _new_codes(user)


def remove(user: User, request: HttpRequest | None = None) -> bool:
    """Take the account's second factor away, with its recovery codes; False where it has none. Ends its sessions."""
    with transaction.atomic():
        was_there = _forget(user)
    if was_there:
        security.tell("second-factor-removed", request, account=user.pk)
    return was_there


def _forget(user: User) -> bool:
    StaticDevice.objects.filter(user=user).delete()
    number, _kinds = TOTPDevice.objects.filter(user=user).delete()
    return number > 0


def _new_codes(user: User) -> tuple[str, ...]:
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = tuple(generate_password(_GROUPS) for _n in range(RECOVERY_CODES))
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hash(device, code)) for code in codes)
    return codes


def _hash(device: StaticDevice, given: str) -> str:
    """As long as the column takes, 80 bits. Not by SECRET_KEY, whose loss is one of the cases that the codes are for."""
    digest = hashlib.sha256(f"recovery {device.pk} {plain(given)}".encode(errors="replace")).digest()
    return base64.b32encode(digest[:10]).decode()
