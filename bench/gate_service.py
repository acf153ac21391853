"""A large operator in the records, for the benchmarks of the gate: `python -m bench.gate_service` makes it.

480 channels with a guide of seven days, and accounts that each have a bound device and a session whose token is the
account's place as a number of 32 digits. What it prints is JSON: the numbers that callers need.
"""

import json
import os
import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

CHANNELS = 480
DAYS = 7
ACCOUNTS = int(os.environ.get("HEADEND_BENCH_ACCOUNTS", "100000"))
FIRST_NUMBER = 10_001
HALF_HOUR = 1800
BATCH = 2000


def token(place: int) -> str:
    """The session token of an account, by its place."""
    return f"{place:032d}"


def device_uid(place: int) -> str:
    """The id of the device of an account, by its place."""
    return f"02:00:{place:08x}"


def main() -> None:
    """Make everything in the data directory that the environment names."""
    import django  # noqa: PLC0415 - the module is also imported where there is no Django

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        print(json.dumps(_make(random.Random(1), int(time.time()))))


def _make(chance: random.Random, now: int) -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415

    from headend.kernel.actor import system  # noqa: PLC0415
    from headend.operators.actions import issue_key, save_operator  # noqa: PLC0415
    from headend.operators.models import Operator  # noqa: PLC0415
    from headend.operators.rules import Api  # noqa: PLC0415

    actor = system("bench")
    operator = save_operator(actor=actor, operator=Operator(name="Bench", time_zone="Europe/Rome"))
    key = issue_key(actor=actor, operator=operator, api=Api.DEVICE, sealing_key=settings.ENCRYPTION_KEY)[1]
    channels = _channels(operator, chance)
    programmes = _guide(channels, chance, now)
    _accounts(operator, now)
    return {
        "operator": operator.pk,
        "key": key,
        "channels": [channel.pk for channel in channels],
        "programmes": programmes,
        "accounts": ACCOUNTS,
        "begin": now - now % 86400,
    }


def _words(chance: random.Random, count: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(count)).capitalize()


def _channels(operator: Any, chance: random.Random) -> list[Any]:
    from headend.catalog.models import Category, Channel, GuideChannel, GuideSource, Tariff  # noqa: PLC0415
    from headend.delivery.models import StreamingServer  # noqa: PLC0415

    source = GuideSource.objects.create(name="bench", interval_minutes=0)
    categories = [Category.objects.create(operator=operator, name=_words(chance, 1)) for _ in range(12)]
    guides = GuideChannel.objects.bulk_create(
        GuideChannel(source=source, guide_id=f"ch{number}", name=f"ch{number}") for number in range(CHANNELS)
    )
    channels: list[Any] = Channel.objects.bulk_create(
        Channel(
            operator=operator,
            name=_words(chance, 2),
            category=categories[number % 12],
            sort=number + 1,
            lcn=number + 1,
            icon_url=f"/media/logos/{number}.png",
            guide_channel=guide,
            recording_days=DAYS,
        )
        for number, guide in enumerate(guides)
    )
    Tariff.objects.create(operator=operator, name="Everything", all_channels=True, basic_priority=1, basic_sessions=4)
    address = "http://edge.example.net/$cid/index.m3u8?token=$token"
    StreamingServer.objects.create(
        operator=operator, name="edge", mask=address, archive_mask=f"{address}&from=$flpbt", recording_days=DAYS
    )
    return channels


def _guide(channels: list[Any], chance: random.Random, now: int) -> list[tuple[int, int]]:
    """Half-hour programmes for seven days, of which three are over; gives programme and channel of some to watch."""
    from headend.catalog.models import Programme  # noqa: PLC0415

    titles = [_words(chance, 3) for _ in range(2000)]
    details = [json.dumps({"description": _words(chance, 14)}) for _ in range(2000)]
    begin = now - now % HALF_HOUR - 3 * 86400

    def rows() -> Iterator[Any]:
        for channel in channels:
            for place in range(DAYS * 48):
                start, text = begin + place * HALF_HOUR, chance.randrange(2000)
                yield Programme(
                    guide_channel_id=channel.guide_channel_id,
                    start=start,
                    stop=start + HALF_HOUR,
                    title=titles[text],
                    age=12,
                    details=details[text],
                )

    _store(Programme, rows())
    over = Programme.objects.filter(start__lt=now - HALF_HOUR, start__gt=now - 2 * 86400)
    channel_of = {channel.guide_channel_id: channel.pk for channel in channels}
    return [
        (pk, channel_of[guide]) for pk, guide in over.order_by("start").values_list("pk", "guide_channel_id")[:1000]
    ]


def _accounts(operator: Any, now: int) -> None:
    from headend.catalog.models import Tariff  # noqa: PLC0415
    from headend.kernel.tokens import digest_of  # noqa: PLC0415
    from headend.subscribers.models import (  # noqa: PLC0415
        Account,
        Customer,
        Device,
        DeviceType,
        OperatorDeviceType,
        Session,
        TariffSubscription,
    )

    box, _ = DeviceType.objects.get_or_create(system_name="android", defaults={"name": "Android", "group": 2})
    OperatorDeviceType.objects.create(operator=operator, device_type=box, is_basic=True)
    tariff = Tariff.objects.get(operator=operator)
    moment = datetime.fromtimestamp(now, UTC)
    places = range(ACCOUNTS)
    _store(Customer, (Customer(operator=operator, last_name=f"Customer {place}") for place in places))
    customers = Customer.objects.order_by("pk").values_list("pk", flat=True).iterator()
    _store(
        Account,
        (Account(operator=operator, customer_id=pk, number=FIRST_NUMBER + n) for n, pk in enumerate(customers)),
    )
    accounts = list(Account.objects.order_by("pk").values_list("pk", "customer_id"))
    _store(
        TariffSubscription,
        (TariffSubscription(operator=operator, customer_id=c, tariff=tariff, starts_at=moment) for _, c in accounts),
    )
    _store(
        Device,
        (
            Device(operator=operator, account_id=pk, device_type=box, uid=device_uid(place), is_basic=True)
            for place, (pk, _) in enumerate(accounts)
        ),
    )
    devices = Device.objects.order_by("pk").values_list("pk", "account_id").iterator()
    _store(
        Session,
        (
            Session(
                operator=operator,
                account_id=account,
                device_id=pk,
                device_type=box,
                device_uid=device_uid(place),
                token_digest=digest_of(token(place)),
                is_basic=True,
                created_at=moment,
                last_seen_at=moment,
            )
            for place, (pk, account) in enumerate(devices)
        ),
    )


def _store(model: Any, rows: Iterable[Any]) -> None:
    every = iter(rows)
    while batch := list(islice(every, BATCH)):
        model.objects.bulk_create(batch)


if __name__ == "__main__":
    main()
