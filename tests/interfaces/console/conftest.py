"""Two operators with one record of every kind, staff of every role, and browsers signed in as them."""

import pickle
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from tests.factories import make_api_key, make_dealer, make_operator, make_staff
from tests.factories.billing import make_billing
from tests.factories.extras import make_one_of_each
from tests.factories.ingest import make_ingest
from tests.factories.invoicing import make_invoicing
from tests.factories.messaging import make_messaging
from tests.factories.monitoring import make_monitoring
from tests.factories.portal import make_portal
from tests.factories.service import make_service
from tests.factories.subscribers import (
    make_portal_template,
    make_profile,
    make_registration_rules,
    make_text_gateway,
)
from tests.factories.viewing import make_purchase, make_ticket
from tests.factories.vod import (
    make_fragment,
    make_genre,
    make_person,
    make_price_category,
    make_provider,
    make_seance,
    make_series,
)
from tests.factories.webhooks import make_webhooks

from headend.catalog.models import (
    Category,
    Channel,
    ChannelSort,
    CopyrightHolder,
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    GuideSource,
    Programme,
    ProgrammeBlocking,
    Tariff,
)
from headend.delivery.models import DataCentre, Maintenance, StreamingServer
from headend.kernel.actor import system
from headend.operators.actions import record
from headend.operators.models import ApiKey, AuditEntry, Dealer, Operator, Staff
from headend.operators.rules import Role
from headend.roles import urls
from headend.subscribers.models import (
    Account,
    Customer,
    Device,
    DeviceType,
    OperatorDeviceType,
    PortalTemplate,
    Profile,
    RegistrationRules,
    Session,
    TariffSubscription,
    TextGateway,
)
from headend.viewing.models import (
    AccountTitle,
    AssetPosition,
    ProgrammePosition,
    Recording,
    Reminder,
    SeanceTicket,
    TitlePurchase,
)
from headend.vod.models import (
    Asset,
    Episode,
    Genre,
    Person,
    PriceCategory,
    Seance,
    Season,
    SkipFragment,
    Title,
    VideoProvider,
)

SHARED = (GuideCategory, DeviceType)
assert urls.urlpatterns  # with the addresses the screens are registered


@dataclass
class House:
    """An operator and one record of every kind that is its own; `first(Channel)` gives the channel."""

    operator: Operator
    records: dict[type[Model], Any]

    def first(self, model: type[Model]) -> Any:
        return self.records[model]


def make_house(name: str) -> House:
    """A small service under another root of the tree; every name in it tells whose it is."""
    service = make_service(channels=4, customers=3, name=name)
    operator = service.operator
    holder = CopyrightHolder.objects.create(operator=operator, name=f"{name} holder")
    Channel.objects.filter(pk=service.channels[0].pk).update(copyright_holder=holder, comment=f"{name} secret")
    source = GuideSource.objects.get(name=f"Guide of {name}")
    GuideSource.objects.filter(pk=source.pk).update(operator=operator)
    Customer.objects.filter(operator=operator).update(company_name=f"{name} customer")
    Tariff.objects.filter(operator=operator, name="Base").update(name=f"{name} base")
    ChannelSort.objects.create(operator=operator, name=f"{name} order")
    make_api_key(operator=operator, name=f"{name} key")
    make_staff(username=f"{name}.clerk", role=Role.SUPPORT, operator=operator)
    record(actor=system(f"{name} job"), verb="add", obj=service.channels[0])
    owned = (Category, Channel, ChannelSort, CopyrightHolder, Tariff, DataCentre, Maintenance, StreamingServer, ApiKey)
    owned += (Dealer, Customer, Account, TariffSubscription, Device, Session, OperatorDeviceType, AuditEntry, Staff)
    records: dict[type[Model], Any] = {m: m.objects.filter(operator=operator).order_by("pk").first() for m in owned}
    records |= {
        Operator: operator,
        GuideSource: GuideSource.objects.get(pk=source.pk),
        GuideChannel: GuideChannel.objects.filter(source=source).order_by("pk").first(),
        GuideCategoryMapping: GuideCategoryMapping.objects.filter(source=source).order_by("pk").first(),
        Programme: Programme.objects.filter(guide_channel__source=source).order_by("pk").first(),
        GuideCategory: GuideCategory.objects.order_by("pk").first(),
        DeviceType: DeviceType.objects.order_by("pk").first(),
    }
    records |= {
        RegistrationRules: make_registration_rules(operator=operator),
        TextGateway: make_text_gateway(operator=operator, sender=f"{name} sender"),
        Profile: make_profile(operator=operator, name=f"{name} profile"),
        PortalTemplate: make_portal_template(operator=operator, name=f"{name} template"),
    }
    records |= make_video(operator, records, name)
    records |= make_one_of_each(operator, records[Account], records[Channel], name)
    records |= make_billing(operator, name)
    records |= make_invoicing(operator, name)
    records |= make_portal(operator, records[Account], records[Channel], name)
    records |= make_messaging(operator, records[Account], name)
    records |= make_webhooks(operator, name)
    records |= make_ingest(operator, name)
    records |= make_monitoring(records[Device], name)
    assert None not in records.values()
    return House(operator, records)


def make_video(operator: Operator, records: dict[type[Model], Any], name: str) -> dict[type[Model], Any]:
    """A title with all that hangs on it, and what an account did with it."""
    genre, person = (
        make_genre(operator=operator, name=f"{name} genre"),
        make_person(operator=operator, name=f"{name} star"),
    )
    provider = make_provider(operator=operator, name=f"{name} provider")
    price = make_price_category(operator=operator, name=f"{name} price", price=3, kind=1)
    title, season = make_series(operator=operator, name=f"{name} series", provider=provider, price_category=price)
    title.genres.set([genre])
    title.persons.set([person])
    asset, account, now = title.assets.first(), records[Account], timezone.now()
    seance = make_seance(title=title, starts_at=now)
    kept = {"updated_at": now, "expires_at": now + timedelta(days=30), "seconds": 60}
    of_programme = {"account": account, "programme": records[Programme]}
    times = {"starts_at": now, "ends_at": now + timedelta(hours=1)}
    return {
        Genre: genre,
        Person: person,
        VideoProvider: provider,
        PriceCategory: price,
        Title: title,
        Season: season,
        Episode: season.episodes.first(),
        Asset: asset,
        SkipFragment: make_fragment(asset=asset),
        Seance: seance,
        SeanceTicket: make_ticket(seance=seance, code=f"{name} ticket"),
        TitlePurchase: make_purchase(account=account, title=title),
        AccountTitle: AccountTitle.objects.create(account=account, title=title, is_viewing=True, viewed_at=now),
        AssetPosition: AssetPosition.objects.create(account=account, asset=asset, **kept),
        ProgrammePosition: ProgrammePosition.objects.create(**of_programme, **kept),
        Reminder: Reminder.objects.create(**of_programme, channel=records[Channel], **times),
        Recording: Recording.objects.create(
            **of_programme, channel=records[Channel], name=f"{name} news", expires_at=now + timedelta(days=7), **times
        ),
        ProgrammeBlocking: ProgrammeBlocking.objects.create(
            operator=operator, programme=records[Programme], title=f"{name} match", starts_at=now
        ),
    }


@pytest.fixture(scope="module")
def houses(module_records) -> bytes:
    """Both houses, pickled, made once for a module: two hundred records take longer than most tests."""
    return pickle.dumps((make_house("Ours"), make_house("Theirs")))


@pytest.fixture
def both(houses, db) -> tuple[House, House]:
    """The houses as they were made, whatever the tests before have done to them."""
    return pickle.loads(houses)


@pytest.fixture
def ours(both) -> House:
    return both[0]


@pytest.fixture
def theirs(both) -> House:
    return both[1]


@pytest.fixture
def sign_in(client_of):
    """Sign in as a new staff member: `sign_in(Role.EDITOR, ours.operator)`."""

    def make(role: Role = Role.OPERATOR_ADMIN, operator: Operator | None = None, **fields: Any) -> Client:
        if role is not Role.SUPERUSER:
            fields["operator"] = operator or make_operator()
        return client_of(make_staff(role=role, **fields))

    return make


@pytest.fixture
def client_of(db):
    """A browser of a staff member."""

    def make(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff, backend="headend.interfaces.console.permissions.RoleBackend")
        client.staff = staff  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def admin(ours, sign_in) -> Client:
    """The admin of `ours`."""
    return sign_in(Role.OPERATOR_ADMIN, ours.operator)


@pytest.fixture
def superuser(sign_in) -> Client:
    return sign_in(Role.SUPERUSER)


@pytest.fixture
def dealer_of(sign_in):
    """A dealer of an operator, and a browser of theirs."""

    def make(operator: Operator) -> tuple[Dealer, Client]:
        dealer = make_dealer(operator=operator)
        return dealer, sign_in(Role.DEALER, operator, dealer=dealer)

    return make
