"""The demonstration's messages, what its devices tell of themselves, and where other systems are told of things."""

import math
from datetime import datetime, timedelta

from headend.catalog.models import Channel
from headend.kernel.actor import system
from headend.messaging.actions import deliver_portion, give_command, read_message, release_mailing, save_mailing
from headend.messaging.models import Command, Mailing, Message
from headend.monitoring.actions import keep_report, save_device_command
from headend.monitoring.models import DeviceCommand, ReportKind
from headend.monitoring.rules import read_metrics
from headend.operators.models import Operator
from headend.subscribers.models import Account, Device
from headend.webhooks.actions import save_endpoint
from headend.webhooks.models import Endpoint

ACTOR = system("demo")
REPORTS = 96  # one every quarter of an hour, for a day


def add_messages(operator: Operator, accounts: list[Account], now: datetime) -> None:
    """A message to everyone, one to the first account, a draft, and a command that has not been fetched."""
    works = Mailing(
        operator=operator,
        audience="everyone",
        subject="Works on the network tonight",
        text="<p>Tonight from <b>two to four</b> some channels will be off for a few minutes.</p>",
        is_urgent=False,
    )
    welcome = Mailing(
        operator=operator,
        audience="account",
        account=accounts[0],
        subject="Welcome",
        text="<p>Enjoy your television!</p>",
        no_confirmation=True,
    )
    for mailing in (works, welcome):
        save_mailing(actor=ACTOR, mailing=mailing)
        release_mailing(actor=ACTOR, mailing=mailing, now=now)
        while deliver_portion(number=mailing.pk, now=now):
            pass
    draft = Mailing(operator=operator, audience="everyone", subject="New channels in June", text="<p>Soon …</p>")
    save_mailing(actor=ACTOR, mailing=draft)
    for message in Message.objects.of(operator.pk).filter(mailing=works)[:5]:
        read_message(account=message.account, number=str(message.uuid), now=now)
    give_command(
        actor=ACTOR,
        command=Command(account=accounts[-1], text="A new version is ready.", expires_at=now + timedelta(days=7)),
    )


def add_reports(operator: Operator, now: datetime) -> None:
    """A day of figures of one set-top box, with an evening on which its picture broke up, and what it is."""
    device = Device.objects.of(operator.pk).order_by("pk").first()
    channel = Channel.objects.of(operator.pk).order_by("pk").first()
    if device is None or channel is None:
        return
    for number in range(REPORTS):
        keep_report(
            device=device,
            kind=ReportKind.METRICS,
            details={"type": "stb", "metrics": (metrics := _metrics(number))},
            now=now - timedelta(minutes=15 * (REPORTS - number)),
            measured=read_metrics(metrics),
            channel=channel,
        )
    system_info = {"type": "stb", "vendor": "Infomir", "model": "MAG322", "fw": "2.20.08", "ram": 512, "uptime": 86_400}
    keep_report(device=device, kind=ReportKind.SYSTEM, details=system_info, now=now)
    save_device_command(
        actor=ACTOR,
        command=DeviceCommand(
            operator=operator,
            device=device,
            name="ping",
            parameters={"url": "192.0.2.1", "ping_count": 5},
            expires_at=now + timedelta(days=7),
        ),
    )


def _metrics(number: int) -> list[dict[str, dict[str, float]]]:
    load = 0.6 + 0.4 * math.sin(number / 9) + 0.05 * (number % 7)
    used = 300 + 40 * math.sin(number / 15) + number / 4
    errors = max(0, 30 - abs(number - 70) * 6)
    return [
        {"cpu": {"la": round(load, 2), "io": 0.02}},
        {"mem": {"t": 512, "u": round(used), "f": 512 - round(used)}},
        {"video": {"cc-errors": errors, "rtp-errors": 0, "decoding-errors": errors // 3}},
    ]


def add_webhook(operator: Operator, sealing_key: str) -> None:
    """An endpoint of a customer system that is not there, and is switched off."""
    endpoint = Endpoint(
        operator=operator,
        name="Customer system",
        url="https://crm.demo.example/headend",
        events=["customer.*", "account.*", "payment.paid"],
        is_enabled=False,
    )
    save_endpoint(actor=ACTOR, endpoint=endpoint, sealing_key=sealing_key)
