"""Pictures with figures that a person reads and a program does not, before anything is made for free.

One for each asker at a time, and one guess for each: a wrong answer brings a new picture.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from django.db import transaction

from headend.operators.models import Operator
from headend.subscribers.errors import CaptchaNeeded, WrongCaptcha
from headend.subscribers.models import Captcha

SECONDS = 600
FIGURES = 5

Draw = Callable[[str], bytes]
"""Draws figures as a PNG picture."""


def require_captcha(*, operator: Operator, asker: str, answer: str, draw: Draw, sealing_key: str, now: int) -> None:
    """Let pass who has read a picture within the last minutes; raises CaptchaNeeded and WrongCaptcha.

    Outside any transaction: what is written stays written when it raises.
    """
    with transaction.atomic():
        found = Captcha.objects.of(operator.pk).select_for_update().filter(asker=asker, expires_at__gt=now).first()
        if found and not found.is_solved and answer and _is_right(found, answer, sealing_key):
            found.is_solved = True
            found.save(update_fields=["is_solved"])
        if found and found.is_solved:
            return
        name = _replace(operator, asker, draw, sealing_key, now)
    kind = WrongCaptcha if answer else CaptchaNeeded
    raise kind("the figures in the picture are needed", name)


def drop_captcha(*, operator: Operator, asker: str) -> None:
    """One reading lets pass once: forget it, in the caller's transaction."""
    Captcha.objects.of(operator.pk).filter(asker=asker).delete()


def forget_captchas(*, now: int) -> int:
    """Delete what is too old to be answered; says how many."""
    return Captcha.objects.filter(expires_at__lte=now).delete()[0]


def _replace(operator: Operator, asker: str, draw: Draw, sealing_key: str, now: int) -> str:
    figures = "".join(secrets.choice("2345689") for _ in range(FIGURES))  # 0, 1 and 7 look like others
    name = secrets.token_urlsafe(24)
    Captcha.objects.update_or_create(
        operator=operator,
        asker=asker,
        defaults={
            "name": name,
            "digest": _digest(name, figures, sealing_key),
            "picture": draw(figures),
            "is_solved": False,
            "expires_at": now + SECONDS,
        },
    )
    return name


def _is_right(captcha: Captcha, answer: str, sealing_key: str) -> bool:
    return hmac.compare_digest(captcha.digest, _digest(captcha.name, answer.strip(), sealing_key))


def _digest(name: str, figures: str, sealing_key: str) -> str:
    return hmac.new(sealing_key.encode(), f"{name}\n{figures}".encode(), sha256).hexdigest()
