"""Tariffs: what an operator sells."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.deletion import ProtectedError, RestrictedError

from headend.catalog.models import Channel, Tariff
from headend.delivery.models import StreamingServer
from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_TARIFF, tariff_numbered
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save
from headend.subscribers.actions.checks import assign


class TariffFields(TypedDict, total=False):
    """What may be said of a tariff."""

    price: float
    default_activation_price: float
    enabled: bool
    assigned_by_default: bool
    required: bool
    ip_restriction: bool
    available_for_inactive_accounts: bool
    display_in_channels_widget: bool
    used_for_channel_list: bool
    used_for_video_list: bool
    used_for_radio_list: bool
    available_to_unsubscribe: bool


class EveryTariffField(TariffFields, total=False):
    """And what must be said of a new one."""

    name: str
    period: int
    sessions_count: int
    basic_sessions_count: int
    basic_tariff_priority: int


_PLAIN = {
    "name": "name",
    "period": "period_months",
    "price": "price",
    "default_activation_price": "activation_price",
    "enabled": "is_enabled",
    "assigned_by_default": "assigned_by_default",
    "required": "is_required",
    "sessions_count": "additional_sessions",
    "ip_restriction": "one_address",
    "basic_sessions_count": "basic_sessions",
    "basic_tariff_priority": "basic_priority",
    "available_for_inactive_accounts": "for_inactive_accounts",
    "display_in_channels_widget": "display_on_site",
    "used_for_channel_list": "used_for_channels",
    "used_for_video_list": "used_for_videos",
    "used_for_radio_list": "used_for_radio",
    "available_to_unsubscribe": "may_unsubscribe",
}
_ERROR_FIELDS = {ours: wire for wire, ours in _PLAIN.items()}
_FIELDS = frozenset(_ERROR_FIELDS)
_MONEY = ("price", "default_activation_price")


# --- lists ---


def _listed(caller: Guest) -> QuerySet[Tariff]:
    tariffs: QuerySet[Tariff] = Tariff.objects.of(caller.operator.pk).filter(is_archived=False)
    return tariffs.order_by("-basic_priority", "name", "pk")


def _rows(caller: Guest, tariffs: QuerySet[Tariff], *, leaves_out: tuple[str, ...] = ()) -> Fields:
    channels = Channel.objects.of(caller.operator.pk).filter(is_enabled=True).order_by("sort", "pk")
    every = list(channels) if tariffs.filter(all_channels=True).exists() else []
    found = tariffs.prefetch_related(Prefetch("channels", channels))
    rows = (_row(tariff, every if tariff.all_channels else tariff.channels.all()) for tariff in found)
    return {"tariffs": [{name: row[name] for name in row if name not in leaves_out} for row in rows]}


def _row(tariff: Tariff, channels: Any) -> dict[str, object]:
    return {
        "id": tariff.pk,
        "ext_id": tariff.external_id,
        "name": tariff.name,
        "period": tariff.period_months,
        "price": float(tariff.price),
        "activation_price": float(tariff.activation_price),
        "basic_tariff_priority": tariff.basic_priority,
        "sessions_count": tariff.additional_sessions,
        "basic_sessions_count": tariff.basic_sessions,
        "ip_restriction": int(tariff.one_address),
        "channels": [{"id": each.pk, "name": each.name, "icon": whole(each.icon_url)} for each in channels],
    }


def _with_content(tariffs: QuerySet[Tariff]) -> QuerySet[Tariff]:
    """Those that give something to watch or to listen to; the others are options."""
    links = (getattr(Tariff, name).through for name in ("channels", "titles", "radios", "cameras"))
    given = [Q(Exists(link.objects.filter(tariff_id=OuterRef("pk")))) for link in links]
    return tariffs.filter(reduce(or_, given, Q(all_channels=True)))


@BILLING_API.call("TariffList", "POST", "/tariff/list/")
def every_tariff(caller: Guest) -> Fields:
    """List all tariffs that are not archived, basic ones first."""
    return _rows(caller, _listed(caller))


@BILLING_API.call("TariffBasicList", "POST", "/tariff/basic/list/")
def basic_tariffs(caller: Guest) -> Fields:
    """List the basic tariffs."""
    return _rows(caller, _listed(caller).filter(basic_priority__gt=0))


@BILLING_API.call("TariffAdditionalList", "POST", "/tariff/additional/list/")
def additional_tariffs(caller: Guest) -> Fields:
    """List the additional tariffs that give something to watch."""
    tariffs = _with_content(_listed(caller).filter(basic_priority=0))
    return _rows(caller, tariffs, leaves_out=("basic_tariff_priority",))


@BILLING_API.call("TariffOptionList", "POST", "/tariff/option/list/")
def options(caller: Guest) -> Fields:
    """List the options: additional tariffs that give nothing to watch."""
    additional = _listed(caller).filter(basic_priority=0)
    tariffs = additional.exclude(pk__in=_with_content(additional).order_by().values("pk"))
    return _rows(caller, tariffs, leaves_out=("basic_tariff_priority", "channels"))


# --- writes ---


@BILLING_API.call(
    "TariffCreate",
    "POST",
    "/tariff/create/",
    errors={1: "a field cannot be accepted, see error_fields"},
    refusals={Invalid: 1},
    error_fields=_ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def create(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    name: str,
    period: int,
    sessions_count: int,
    basic_sessions_count: int,
    basic_tariff_priority: int,
    available_everywhere: bool = True,
    **fields: Unpack[TariffFields],
) -> Fields:
    """Make a tariff, still without channels.

    Choice: `id`, which is ours, tells its number. Where it may be had is set in the console, by countries;
    `available_everywhere` of 0 is refused rather than forgotten.
    """
    if not available_everywhere:
        raise Refused(1, fields={"error_fields": {"available_everywhere": ["countries are set in the console"]}})
    sent = fields | {
        "name": name,
        "period": period,
        "sessions_count": sessions_count,
        "basic_sessions_count": basic_sessions_count,
        "basic_tariff_priority": basic_tariff_priority,
    }
    tariff = Tariff(operator=caller.operator)
    _save(caller, tariff, sent)
    return {"id": tariff.pk}


@BILLING_API.call(
    "TariffModify",
    "POST",
    "/tariff/modify/",
    errors={1: "no such tariff, or a field cannot be accepted (see error_fields)"},
    refusals={Invalid: 1},
    error_fields=_ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def modify(caller: Guest, tariff_id: int, **fields: Unpack[EveryTariffField]) -> Fields:
    """Change a tariff; what is not sent stays."""
    _save(caller, tariff_numbered(caller, tariff_id), fields)
    return {}


def _save(caller: Guest, tariff: Tariff, sent: Mapping[str, Any]) -> None:
    fields = {_PLAIN[name]: str(value) if name in _MONEY else value for name, value in sent.items()}
    if any(name in fields and float(fields[name]) < 0 for name in ("price", "activation_price")):
        raise Invalid("a price is zero or more", "price")
    assign(tariff, fields, _FIELDS)
    save(actor=caller.actor, obj=tariff)


@BILLING_API.call(
    "TariffDelete",
    "POST",
    "/tariff/delete/",
    errors={1: NO_TARIFF, 2: "somebody holds the tariff or held it: archive it instead"},
    writes=True,
)
def remove(caller: Guest, tariff_id: int) -> Fields:
    """Delete a tariff that nobody has ever held."""
    try:
        delete(actor=caller.actor, obj=tariff_numbered(caller, tariff_id))
    except (ProtectedError, RestrictedError) as error:
        raise Refused(2) from error
    return {}


# --- streaming servers ---

_SERVER_ERRORS = {1: NO_TARIFF, 2: "no such streaming server"}


def _server(caller: Guest, number: int) -> StreamingServer:
    found: StreamingServer | None = StreamingServer.objects.of(caller.operator.pk).filter(pk=number).first()
    if found is None:
        raise Refused(2)
    return found


@BILLING_API.call(
    "TariffStreamServiceAssign",
    "POST",
    "/tariff/streamservice/assign/",
    errors={**_SERVER_ERRORS, 3: "the server cannot be given"},
    writes=True,
)
def give_server(caller: Guest, tariff_id: int, service_id: int) -> Fields:
    """Let a streaming server serve a tariff.

    Choice: a server for which no tariff is chosen serves all of them; with the first one it serves only that.
    """
    tariff, server = tariff_numbered(caller, tariff_id), _server(caller, service_id)
    save(actor=caller.actor, obj=server, links={"tariffs": {*server.tariffs.all(), tariff}})
    return {}


@BILLING_API.call(
    "TariffStreamServiceRemove",
    "POST",
    "/tariff/streamservice/remove/",
    errors={**_SERVER_ERRORS, 3: "without its last tariff the server would serve all of them"},
    writes=True,
)
def take_server(caller: Guest, tariff_id: int, service_id: int) -> Fields:
    """Let a streaming server serve a tariff no longer.

    Choice: the last tariff stays, answered by 3: without any, a server serves all of them. Switch it off instead.
    """
    tariff, server = tariff_numbered(caller, tariff_id), _server(caller, service_id)
    chosen = set(server.tariffs.all())
    if tariff not in chosen:
        return {}
    if len(chosen) == 1:
        raise Refused(3)
    save(actor=caller.actor, obj=server, links={"tariffs": chosen - {tariff}})
    return {}
