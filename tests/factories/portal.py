"""Dashboards, selections, applications, home feeds, banners and documents for tests."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.db.models import Model
from tests.factories.operators import make_operator

from headend.catalog.models import Channel
from headend.operators.models import Operator
from headend.portal.models import (
    Acceptance,
    Application,
    Dashboard,
    HomeFeed,
    ItemKind,
    LegalDocument,
    Ribbon,
    RibbonType,
    Selection,
    SelectionItem,
    TargetBanner,
)
from headend.subscribers.models import Account

_number = count(1)


def make_dashboard(*, operator: Operator | None = None, **fields: Any) -> Dashboard:
    fields.setdefault("name", f"Dashboard {next(_number)}")
    return Dashboard.objects.create(operator=operator or make_operator(), **fields)


def make_ribbon(
    *,
    dashboard: Dashboard | None = None,
    operator: Operator | None = None,
    kind: int = RibbonType.CHANNELS,
    **fields: Any,
) -> Ribbon:
    """A ribbon at the end of a dashboard, which is made too unless it is given; its type is `kind`."""
    board = dashboard or make_dashboard(operator=operator)
    fields.setdefault("sort", next(_number))
    return Ribbon.objects.create(operator=board.operator, dashboard=board, kind=kind, **fields)


def make_selection(
    *,
    operator: Operator | None = None,
    kind: int = ItemKind.CHANNEL,
    numbers: Iterable[int] = (),
    **fields: Any,
) -> Selection:
    """A selection with these items."""
    fields.setdefault("name", f"Selection {next(_number)}")
    selection = Selection.objects.create(operator=operator or make_operator(), kind=kind, **fields)
    SelectionItem.objects.bulk_create(
        SelectionItem(selection=selection, number=number, position=place) for place, number in enumerate(numbers, 1)
    )
    return selection


def make_application(*, operator: Operator | None = None, **fields: Any) -> Application:
    number = next(_number)
    fields.setdefault("name", f"Application {number}")
    fields.setdefault("system_name", f"application{number}")
    fields.setdefault("url", "https://application.example/")
    return Application.objects.create(operator=operator or make_operator(), **fields)


def make_home_feed(*, operator: Operator | None = None, **fields: Any) -> HomeFeed:
    fields.setdefault("name", f"Feed {next(_number)}")
    return HomeFeed.objects.create(operator=operator or make_operator(), **fields)


def make_banner(*, operator: Operator | None = None, **fields: Any) -> TargetBanner:
    fields.setdefault("name", f"Banner {next(_number)}")
    return TargetBanner.objects.create(operator=operator or make_operator(), **fields)


def make_document(*, operator: Operator | None = None, **fields: Any) -> LegalDocument:
    fields.setdefault("name", f"Document {next(_number)}")
    return LegalDocument.objects.create(operator=operator or make_operator(), **fields)


def make_portal(operator: Operator, account: Account, channel: Channel, name: str) -> dict[type[Model], Any]:
    """One of each; every name tells whose it is."""
    selection = make_selection(operator=operator, name=f"{name} selection", numbers=[channel.pk])
    board = make_dashboard(operator=operator, name=f"{name} dashboard")
    document = make_document(operator=operator, name=f"{name} document")
    return {
        Dashboard: board,
        Ribbon: make_ribbon(dashboard=board, name=f"{name} ribbon", attributes={"channels": [channel.pk]}),
        Selection: selection,
        Application: make_application(operator=operator, name=f"{name} application"),
        HomeFeed: make_home_feed(operator=operator, name=f"{name} feed", selection=selection),
        TargetBanner: make_banner(operator=operator, name=f"{name} banner"),
        LegalDocument: document,
        Acceptance: Acceptance.objects.create(
            operator=operator,
            document=document,
            version=document.version,
            subject=f"account:{account.pk}",
            account=account,
            account_number=account.number,
            device_uid=f"{name} device",
        ),
    }
