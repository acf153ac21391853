"""A whole service for looking at screens and measuring them, made in bulk: as large as one asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.factories.catalog import make_category, make_guide_source, make_tariff
from tests.factories.delivery import make_data_centre, make_maintenance, make_streaming_server
from tests.factories.operators import make_dealer, make_operator
from tests.factories.subscribers import make_device_type, make_operator_device_type

from headend.catalog.models import (
    Channel,
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    MatchState,
    Programme,
    Tariff,
)
from headend.kernel.tokens import digest_of
from headend.operators.models import Operator
from headend.subscribers.models import Account, Customer, Device, DeviceType, Session, TariffSubscription

NAMES = ("News 24", "Первый", "Cinema", "Sport", "Natura", "Musica", "Kids", "Mare", "Cielo", "Città", "Motor", "Arte")
SHOWS = ("Morning news", "The long road", "Вечерние новости", "Il mare d'inverno", "Football", "Weather", "Late talk")
CATEGORIES = (("News", "#1E90FF"), ("Films", "#B8336A"), ("Children", "#F4A300"), ("Sport", "#2E8B57"))
SURNAMES = ("Rossi", "Иванова", "Smith", "Bianchi", "Müller", "Kowalska")


@dataclass(frozen=True, slots=True)
class Service:
    """The operator whose service it is, and its first records of each kind."""

    operator: Operator
    channels: list[Channel]
    accounts: list[Account]


def make_service(
    *, channels: int = 24, customers: int = 40, days: int = 1, now: datetime | None = None, name: str = "Sample TV"
) -> Service:
    """An operator with channels, a guide of `days` days around `now`, customers with one account each, and devices."""
    now = now or datetime.now(UTC)
    operator = make_operator(name=name, extra_languages=["ru", "it"], time_zone="Europe/Rome")
    made = _channels(operator, channels, now, days)
    centre = make_data_centre(operator=operator, name="Milano", location="Via Caldera")
    make_streaming_server(operator=operator, data_centre=centre, name="edge-1")
    make_maintenance(
        operator=operator, description="New satellite dish", begins_at=now - timedelta(hours=1), channels=made[:2]
    )
    return Service(operator, made, _accounts(operator, customers, now))


def _channels(operator: Operator, number: int, now: datetime, days: int) -> list[Channel]:
    categories = [
        make_category(operator=operator, name=name, colour=colour, sort=place, name_lang1=f"{name} (ru)")
        for place, (name, colour) in enumerate(CATEGORIES, 1)
    ]
    source = make_guide_source(name=f"Guide of {operator.name}", last_run_at=now, url="http://guide.example/xmltv.gz")
    guides = GuideChannel.objects.bulk_create(
        GuideChannel(source=source, guide_id=f"guide{place}.example", name=_name(place)) for place in range(number)
    )
    states = (MatchState.BY_ID, MatchState.BY_NAME, MatchState.BY_HAND, MatchState.NONE)
    made = Channel.objects.bulk_create(
        Channel(
            operator=operator,
            name=_name(place),
            name_lang1=f"Канал {place + 1}",
            lcn=place + 1,
            sort=place + 1,
            category=categories[place % len(categories)],
            guide_match=states[place % 4],
            guide_channel=guides[place] if place % 4 < 3 else None,
            recording_days=7 if place % 3 else 0,
            is_enabled=place % 11 != 10,
            needs_parent_code=place % 9 == 8,
            stream_url=f"http://stream.example/{place}/index.m3u8",
        )
        for place in range(number)
    )
    make_tariff(operator=operator, name="Base", channels=made[: number // 2], price=9, basic_priority=5)
    make_tariff(operator=operator, name="Everything", all_channels=True, price=19)
    kinds = [GuideCategory.objects.get_or_create(name=name)[0] for name in ("Film", "News", "Sport")]
    GuideCategoryMapping.objects.bulk_create(
        GuideCategoryMapping(source=source, source_category=f"genre {n}", category=kinds[n % 3] if n % 2 else None)
        for n in range(6)
    )
    _guide(guides, kinds, now, days)
    return made


def _name(place: int) -> str:
    return f"{NAMES[place % len(NAMES)]} {place // len(NAMES) + 1}" if place >= len(NAMES) else NAMES[place]


def _guide(guides: list[GuideChannel], kinds: list[GuideCategory], now: datetime, days: int) -> None:
    midnight = int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    rows = []
    for place, guide in enumerate(guides):
        start, number = midnight - 86400 * (days - 1), place
        while start < midnight + 86400 * days:
            length = (15, 30, 45, 60, 90, 120)[number % 6] * 60
            rows.append(
                Programme(
                    guide_channel=guide,
                    start=start,
                    stop=start + length,
                    title=SHOWS[number % len(SHOWS)],
                    category=kinds[number % 3],
                    age=(0, 6, 12, 16)[number % 4],
                    details='{"description": "Somebody goes somewhere, and it rains."}',
                )
            )
            start, number = start + length, number + 1
    Programme.objects.bulk_create(rows, batch_size=2000)


def _accounts(operator: Operator, number: int, now: datetime) -> list[Account]:
    dealer = make_dealer(operator=operator, name="Corner shop")
    box = make_device_type(name="Set-top box", system_name=f"box{operator.pk}")
    make_operator_device_type(operator=operator, device_type=box, is_basic=True)
    customers = Customer.objects.bulk_create(
        (
            Customer(
                operator=operator,
                dealer=dealer if place % 5 == 0 else None,
                first_name="Anna",
                last_name=f"{SURNAMES[place % len(SURNAMES)]} {place}",
                mobile_phone=f"+39055{place:07}",
                contract_number=f"C-{place}",
                external_id=f"ext{place}",
            )
            for place in range(number)
        ),
        batch_size=2000,
    )
    accounts = Account.objects.bulk_create(
        (
            Account(
                operator=operator,
                customer=customer,
                number=100_001 + place,
                is_active=place % 7 != 6,
                deactivates_on=(now + timedelta(days=place % 40 - 10)).date() if place % 3 else None,
                last_seen_at=now - timedelta(minutes=place) if place % 2 else None,
                last_address="192.0.2.1" if place % 2 else "",
            )
            for place, customer in enumerate(customers)
        ),
        batch_size=2000,
    )
    _hang_on(operator, accounts, box, now)
    return accounts


def _hang_on(operator: Operator, accounts: list[Account], box: DeviceType, now: datetime) -> None:
    tariffs = list(Tariff.objects.of(operator.pk))
    TariffSubscription.objects.bulk_create(
        (
            TariffSubscription(
                operator=operator,
                customer_id=account.customer_id,
                tariff=tariffs[place % len(tariffs)],
                starts_at=now - timedelta(days=30),
                ends_at=now - timedelta(days=1) if place % 6 == 5 else None,
            )
            for place, account in enumerate(accounts)
        ),
        batch_size=2000,
    )
    devices = Device.objects.bulk_create(
        (
            Device(operator=operator, account=account, device_type=box, uid=f"00:1a:79:{account.pk:08x}", is_basic=True)
            for account in accounts
        ),
        batch_size=2000,
    )
    Session.objects.bulk_create(
        (
            Session(
                operator=operator,
                account=device.account,
                device=device,
                device_type=box,
                device_uid=device.uid,
                token_digest=digest_of(f"{operator.pk} {device.pk}"),
                is_basic=True,
                address="192.0.2.1",
                created_at=now - timedelta(hours=place),
                last_seen_at=now - timedelta(minutes=place),
            )
            for place, device in enumerate(devices[: len(devices) // 2])
        ),
        batch_size=2000,
    )
