"""The records of the demonstration."""

import secrets
from datetime import datetime
from typing import Any

from headend.kernel.actor import system
from headend.operators.actions import issue_key, save, save_operator
from headend.operators.models import Operator, Staff
from headend.operators.rules import Api, Role
from headend.settings.config import Config
from headend.settings.keys import key

ACTOR = system("demo")


def create_demo(config: Config, now: datetime) -> dict[str, Any]:
    """Create an operator with all it needs to be tried out; answers the logins. Runs in the caller's transaction.

    Shape: client_id, api_key, billing_api_key, content_api_key, streaming_api_key, staff {username, password},
    accounts [{abonement, password, device_uid}].
    """
    sealing_key = key(config.data / "encryption.key")
    operator = save_operator(actor=ACTOR, operator=Operator(name="Demo TV"))
    keys = {api: issue_key(actor=ACTOR, operator=operator, api=api, sealing_key=sealing_key)[1] for api in Api}
    password = secrets.token_urlsafe(9)
    staff = Staff(username="demo", role=Role.SUPERUSER.value, is_staff=True, is_superuser=True)
    staff.set_password(password)
    save(actor=ACTOR, obj=staff)
    return {
        "client_id": operator.pk,
        "api_key": keys[Api.DEVICE],
        "billing_api_key": keys[Api.BILLING],
        "content_api_key": keys[Api.CONTENT],
        "streaming_api_key": keys[Api.STREAMING],
        "staff": {"username": staff.username, "password": password},
        "accounts": [],
    }
