"""Operators as the gate knows them."""

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress

from django.db.models import QuerySet

from headend.kernel.sealing import BadSeal, unseal
from headend.operators.models import ApiKey, BillingMode, Operator
from headend.operators.queries import zone_of
from headend.operators.rules import Api
from headend.playback.ports import ChildView, DeviceTypeView, OperatorView
from headend.subscribers.models import OperatorDeviceType


def operator_views(ids: Collection[int] | None = None, *, sealing_key: str = "") -> list[OperatorView]:
    """The operators with these numbers, or all of them; without the sealing key nothing is said of their children."""
    operators = Operator.objects.all() if ids is None else Operator.objects.filter(pk__in=ids)
    keys: dict[int, set[str]] = defaultdict(set)
    live = ApiKey.objects.filter(api=Api.DEVICE.value, revoked_at=None)
    for operator_id, digest in live.values_list("operator_id", "digest"):
        keys[operator_id].add(digest)
    types: dict[int, dict[str, DeviceTypeView]] = defaultdict(dict)
    for used in OperatorDeviceType.objects.select_related("device_type"):
        types[used.operator_id][used.device_type.system_name] = _device_type(used)
    parents = set(Operator.objects.exclude(parent=None).values_list("parent_id", flat=True))
    children = _children(sealing_key) if sealing_key else {}
    return [
        _view(o, frozenset(keys[o.pk]), types[o.pk], children.get(o.pk, ()), has_children=o.pk in parents)
        for o in operators
    ]


def _children(sealing_key: str) -> dict[int, tuple[ChildView, ...]]:
    """The active operators by the one right above them, in the order of their names."""
    found: dict[int, tuple[ChildView, ...]] = {}
    below = Operator.objects.exclude(parent=None).filter(is_active=True)
    keys = _newest_keys(below, sealing_key)
    for operator in sorted(below, key=lambda operator: (operator.name, operator.pk)):
        child = ChildView(
            id=operator.pk,
            name=operator.name,
            logo_url=operator.logo_url,
            key=keys.get(operator.pk, ""),
            external_id=int(operator.external_id) if _is_number(operator.external_id) else 0,
            portal_url=operator.portal_url,
            uid=operator.uid or 0,
        )
        parent = operator.parent_id or 0
        found[parent] = (*found.get(parent, ()), child)
    return found


def _newest_keys(operators: QuerySet[Operator], sealing_key: str) -> dict[int, str]:
    """The newest live key of each operator's device API; what was sealed with another key is passed over."""
    keys: dict[int, str] = {}
    live = ApiKey.objects.filter(operator__in=operators, api=Api.DEVICE.value, revoked_at=None)
    for operator_id, sealed in live.order_by("pk").values_list("operator_id", "sealed"):
        with suppress(BadSeal):
            keys[operator_id] = unseal(sealed, sealing_key)
    return keys


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def languages_of(operator: Operator) -> tuple[str, ...]:
    """The languages of an operator's names: its own, then at most five more."""
    return (operator.language, *operator.extra_languages[:5])


def _view(
    operator: Operator,
    keys: frozenset[str],
    types: dict[str, DeviceTypeView],
    children: tuple[ChildView, ...],
    *,
    has_children: bool,
) -> OperatorView:
    return OperatorView(
        id=operator.pk,
        name=operator.name,
        is_active=operator.is_active,
        key_digests=keys,
        languages=languages_of(operator),
        time_zone=zone_of(operator).key,
        currency=operator.currency,
        uid="" if operator.uid is None else str(operator.uid),
        uses_subscriptions=operator.billing_mode == BillingMode.SUBSCRIPTION,
        has_children=has_children,
        portal_url=operator.portal_url,
        device_types=types,
        children=children,
    )


def _device_type(used: OperatorDeviceType) -> DeviceTypeView:
    kind = used.device_type
    return DeviceTypeView(
        system_name=kind.system_name,
        group=kind.group,
        wire_format=used.wire_format or kind.wire_format,
        is_enabled=used.is_enabled,
        is_basic=used.is_basic,
        settings=_settings(used),
    )


def _settings(used: OperatorDeviceType) -> dict[str, object]:
    """What the records say of the portal settings call, under the wire's names; of the menu only what is hidden."""
    hidden: dict[str, object] = {f"show_{section}": 0 for section in used.menu}
    return hidden | {
        "template": used.template,
        "custom_api_url": used.custom_api_url,
        "custom_css_url": used.css_url,
        "client_logo_url": used.logo_url,
        "client_logo_login_url": used.logo_login_url,
        "client_logo_loading_url": used.logo_loading_url,
        "login_text": used.login_text,
        "reports_enabled": int(used.reports_enabled),
        "data_autorefresh_enabled": int(used.autorefresh_enabled),
        "standby_timer": used.standby_minutes,
        "pvr_standby_timer": used.archive_standby_minutes,
        "auth_mode": used.auth_mode,
        "portal_config": used.portal_config,
    }
