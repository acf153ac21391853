"""Whose records a staff member reaches: the console's isolation is decided here and nowhere else.

Staff reach their own operator and those below it; dealers only the customers they brought in and what hangs on them;
copyright holders only their channels. Records that serve every operator are seen by all and changed by superusers.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from headend.catalog.models import Channel
from headend.operators.models import Operator, OperatorOwned, Staff
from headend.operators.queries import operators_seen_by
from headend.operators.rules import Role

# How records that do not name their operator themselves lead to it.
_PATHS = {
    "advertising.adsettings": "operator",
    "cameras.accountcamera": "camera__operator",
    "invoicing.seller": "operator",
    "operators.operator": "",
    "operators.staff": "operator",
    "operators.auditentry": "operator",
    "catalog.guidesource": "operator",
    "catalog.guidechannel": "source__operator",
    "catalog.guidecategorymapping": "source__operator",
    "catalog.programme": "guide_channel__source__operator",
    "catalog.channelsortentry": "channel_sort__operator",
    "subscribers.accountchannel": "account__operator",
    "viewing.accounttitle": "account__operator",
    "viewing.assetposition": "account__operator",
    "viewing.programmeposition": "account__operator",
    "viewing.reminder": "account__operator",
    "viewing.recording": "account__operator",
}
_MAY_SERVE_ALL = {"catalog.guidesource", "catalog.guidechannel", "catalog.guidecategorymapping", "catalog.programme"}
_FOR_EVERYBODY = {"catalog.guidecategory", "subscribers.devicetype"}

_OF_A_DEALER = {
    "operators.dealer": "pk",
    "subscribers.customer": "dealer",
    "subscribers.account": "customer__dealer",
    "subscribers.device": "account__customer__dealer",
    "subscribers.session": "account__customer__dealer",
    "subscribers.tariffsubscription": "customer__dealer",
    "billing.entry": "customer__dealer",
    "billing.payment": "customer__dealer",
}
_OPEN_TO_DEALERS = {"operators.operator", "catalog.tariff", "subscribers.devicetype"}


def staff_of(request: HttpRequest) -> Staff:
    """The staff member who asks; screens are only ever shown to one who is signed in."""
    user = request.user
    if not isinstance(user, Staff):
        raise TypeError("nobody is signed in")
    return user


def on_behalf_of(operator: Operator) -> Staff:
    """Nobody in particular who works for one operator, not for those below it: the command line."""
    staff = Staff(role=Role.OPERATOR_ADMIN, operator=operator)
    staff.__dict__["_operator_ids"] = [operator.pk]
    return staff


def reachable(model: type[Model], staff: Staff) -> QuerySet[Any]:
    """The records of a model that a staff member may see."""
    rows = model._default_manager.all()
    if staff.is_superuser:
        return rows
    if staff.role == Role.DEALER:
        return _of_dealer(rows, staff)
    if staff.role == Role.COPYRIGHT_HOLDER:
        return _of_copyright_holder(rows, staff)
    return _of_operator(rows, staff)


class Sight:
    """What one staff member may see on a page that shows many kinds of records: theirs, or none without the right."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def may(self, model: type[Model], what: str = "view") -> bool:
        return self._staff.has_perm(f"{model._meta.app_label}.{what}_{model._meta.model_name}")

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        rows = reachable(model, self._staff)
        return (rows if self.may(model) else rows.none()).order_by()


def _of_operator(rows: QuerySet[Any], staff: Staff) -> QuerySet[Any]:
    label = rows.model._meta.label_lower
    if label in _FOR_EVERYBODY:
        return rows
    if label not in _PATHS and not issubclass(rows.model, OperatorOwned):
        return rows.none()
    path = _PATHS.get(label, "operator")
    within = within_reach(staff, path)
    if label in _MAY_SERVE_ALL:
        within |= Q(**{f"{path}__isnull": True})
    if issubclass(rows.model, Staff):
        within &= Q(is_superuser=False)
    return rows.filter(within)


def within_reach(staff: Staff, path: str) -> Q:
    """Rows whose operator, at the end of `path` ("": the row itself), a staff member works for."""
    numbers = operator_ids(staff)
    lookup = path or "pk"
    # One operator is the usual case: equality lets the database walk its (operator, ...) indexes in order.
    return Q(**{lookup: numbers[0]}) if len(numbers) == 1 else Q(**{f"{lookup}__in": operators_seen_by(staff)})


def _of_dealer(rows: QuerySet[Any], staff: Staff) -> QuerySet[Any]:
    label = rows.model._meta.label_lower
    rows = _of_operator(rows, staff)
    if label in _OPEN_TO_DEALERS:
        return rows
    if label not in _OF_A_DEALER or staff.dealer_id is None:
        return rows.none()
    return rows.filter(**{_OF_A_DEALER[label]: staff.dealer_id})


def _of_copyright_holder(rows: QuerySet[Any], staff: Staff) -> QuerySet[Any]:
    label = rows.model._meta.label_lower
    channels = _of_operator(Channel.objects.all(), staff).filter(copyright_holder__staff=staff)
    if label == "catalog.channel":
        return rows.filter(pk__in=channels.values("pk"))
    if label == "catalog.guidechannel":
        return rows.filter(pk__in=channels.values("guide_channel"))
    if label == "catalog.programme":
        return rows.filter(guide_channel__in=channels.values("guide_channel"))
    return rows.none()


def operator_ids(staff: Staff) -> list[int]:
    """The numbers of the operators a staff member works for, asked for once in a request."""
    known: list[int] | None = staff.__dict__.get("_operator_ids")
    if known is None:
        known = staff.__dict__["_operator_ids"] = list(operators_seen_by(staff).values_list("pk", flat=True))
    return known


def only_operator(staff: Staff) -> Operator | None:
    """The operator, when a staff member works for just one: screens then need not ask or say which."""
    numbers = operator_ids(staff)
    if len(numbers) != 1:
        return None
    known: Operator | None = staff.__dict__.get("_only_operator")
    if known is None:
        known = staff.__dict__["_only_operator"] = Operator.objects.get(pk=numbers[0])
    return known


def operator_id_of(obj: Model) -> int | None:
    """The operator a record belongs to; None for what serves all of them."""
    if isinstance(obj, Operator):
        return obj.pk
    path = _PATHS.get(obj._meta.label_lower, "operator" if isinstance(obj, OperatorOwned) else None)
    if path is None:
        return None
    step: Any = obj
    *through, last = path.split("__")
    for name in through:
        step = getattr(step, name)
        if step is None:
            return None
    number: int | None = getattr(step, f"{last}_id")
    return number


def may_write(obj: Model, staff: Staff) -> bool:
    """Say whether a record that a staff member reaches is theirs to change, their rights allowing."""
    return staff.is_superuser or operator_id_of(obj) is not None
