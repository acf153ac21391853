"""What must hold of a record beyond its fields' own limits; asked by forms and by imported rows alike."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db.models import ForeignKey, Model, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from headend.billing.errors import CurrencyFixed, NoGateway
from headend.billing.models import Merchant, OtherBilling, PromoCode
from headend.billing.queries import check_currency
from headend.billing.rules import code_of
from headend.catalog.models import Category, GuideSource, Tariff
from headend.delivery.errors import MaskRefused, ServerConfigRefused
from headend.delivery.models import Maintenance, StreamingServer
from headend.delivery.ports import ServerConfig
from headend.ingest.models import Edge, Inbox, TransportKind
from headend.ingest.profiles import profile_from_json
from headend.interfaces.billing_elsewhere import config_of as config_of_billing
from headend.interfaces.console.ingest_places import problem_of_folders, problem_of_inbox_path
from headend.interfaces.console.reach import operator_id_of
from headend.interfaces.console.words import explain
from headend.interfaces.payments import gateway_of
from headend.interfaces.texts import sender_of
from headend.kernel.errors import Invalid
from headend.kernel.sealing import BadSeal, unseal
from headend.messaging.models import Command, Mailing
from headend.messaging.rules import LONGEST_SMS, clean_html, plain_text
from headend.monitoring.models import DeviceCommand
from headend.monitoring.rules import check_parameters
from headend.operators.models import Dealer, Operator, Staff
from headend.operators.rules import Role
from headend.playback.rules import parse_countries, parse_hours
from headend.subscribers.models import Account, Customer, Device, TariffSubscription, TextGateway, TextGatewayKind
from headend.subscribers.ports import Medium
from headend.vod.models import Asset, Episode, Seance, SkipFragment, Title, TitleSource

Problems = dict[str, str]
LARGEST_PORT = 65_535


def problems_of(obj: Model, links: Mapping[str, Iterable[Model]] | None = None, before: Any = None) -> Problems:
    """What is wrong with a record that is about to be saved: {field: words}. Field "" is the record as a whole.

    `before` is the record as it was, where the caller has it; else it is looked up for those where it matters.
    """
    problems = _foreign(obj, links or {})
    check = _CHECKS.get(type(obj))
    if check and not problems:
        problems |= check(obj)
    change = _CHANGES.get(type(obj))
    if change and not problems and obj.pk is not None:
        before = before or type(obj)._default_manager.filter(pk=obj.pk).first()
        problems |= change(before, obj) if before else {}
    return problems


def _currency(before: Any, after: Any) -> Problems:
    if before.currency == after.currency:
        return {}
    try:
        check_currency(before, *(each.currency or each.operator.currency for each in (before, after)))
    except CurrencyFixed as error:
        return {"currency": explain(error)}
    return {}


def _foreign(obj: Model, links: Mapping[str, Iterable[Model]]) -> Problems:
    """References that lead to another operator's records."""
    own = operator_id_of(obj)
    problems: Problems = {}
    if own is None or isinstance(obj, Operator):
        return problems
    targets: list[tuple[str, Iterable[Model]]] = list(links.items())
    for field in obj._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.name != "operator" and getattr(obj, field.attname) is not None:
            targets.append((field.name, (getattr(obj, field.name),)))
    for name, records in targets:
        if any(operator_id_of(record) not in (None, own) for record in records):
            problems[name] = _("This belongs to another operator.")
    return problems


def _account_moved(before: Account, after: Account) -> Problems:
    if before.customer_id == after.customer_id:
        return {}
    goes_on = Q(ends_at=None) | Q(ends_at__gt=timezone.now()) | Q(renewal__is_cut=True)
    if TariffSubscription.objects.filter(goes_on, account=after.pk).exists():
        # They are the customer's who pays for them, and would stay behind.
        return {"customer": _("The account holds tariffs of its own: end them before it becomes another customer's.")}
    return {}


def _operator(operator: Operator) -> Problems:
    problems: Problems = {}
    if operator.time_zone not in available_timezones():
        problems["time_zone"] = _("There is no such time zone.")
    languages = operator.extra_languages
    if not isinstance(languages, list) or len(languages) > 5:
        problems["extra_languages"] = _("There may be five extra languages at most.")
    elif operator.language in languages:
        problems["extra_languages"] = _("The operator's own language is not an extra one.")
    return problems


def _staff(staff: Staff) -> Problems:
    if staff.role == Role.SUPERUSER and not staff.is_superuser:
        return {"role": _("Only a superuser has this role.")}
    if not staff.is_superuser and staff.operator_id is None:
        return {"operator": _("This role needs an operator.")}
    if staff.role == Role.DEALER and staff.dealer_id is None:
        return {"dealer": _("Say which dealer this is.")}
    return {}


def _dealer(dealer: Dealer) -> Problems:
    return _subnet_problem("allowed_subnets", dealer.allowed_subnets.splitlines())


def _subnet_problem(field: str, subnets: Iterable[str]) -> Problems:
    for subnet in filter(None, (text.strip() for text in subnets)):
        try:
            ipaddress.ip_network(subnet, strict=False)
        except ValueError:
            return {field: _("“%(subnet)s” is not an address or subnet.") % {"subnet": subnet}}
    return {}


def _category(category: Category) -> Problems:
    if category.colour and not re.fullmatch(r"#[0-9A-Fa-f]{6}", category.colour):
        return {"colour": _("A colour looks like #1E90FF.")}
    return {}


def _guide_source(source: GuideSource) -> Problems:
    if source.time_zone not in available_timezones():
        return {"time_zone": _("There is no such time zone.")}
    if source.operator_id is None and _is_double(source):
        return {"name": _("Another source of all operators has this name.")}
    if source.operator_id is not None and source.url and not source.url.startswith(("http://", "https://")):
        # A file of the machine is not an operator's to read.
        return {"url": _("An address begins with http:// or https://.")}
    return {}


def _is_double(source: GuideSource) -> bool:
    return GuideSource.objects.filter(operator=None, name=source.name).exclude(pk=source.pk).exists()


def _tariff(tariff: Tariff) -> Problems:
    problems: Problems = {}
    try:
        parse_countries(tariff.countries)
    except Invalid:
        problems["countries"] = _("Countries are two-letter codes, such as IT, DE.")
    windows = tariff.viewing_hours if isinstance(tariff.viewing_hours, list) else [None]
    for number, window in enumerate(windows, 1):
        try:
            parse_hours([window])
        except Invalid:
            problems["viewing_hours"] = _("Row %(number)d needs days and two times such as 18:00.") % {"number": number}
    return problems


def _streaming_server(server: StreamingServer) -> Problems:
    factory = import_string(settings.STREAMING_SERVERS).get(server.kind)
    if factory is None:
        return {"kind": _("There is no such kind of server.")}
    try:
        factory(config_of(server))
    except BadSeal:
        return {"new_secret": _("The secret was sealed with another key; give it again.")}
    except (MaskRefused, ServerConfigRefused) as error:
        field = error.place.partition(",")[0]
        known = {"secret": "new_secret"}
        return {known.get(field, field): explain(error)}
    return {}


def config_of(server: StreamingServer) -> ServerConfig:
    """What an adapter makes a streaming server from."""
    return ServerConfig(
        base_url=server.base_url,
        mask=server.mask,
        archive_mask=server.archive_mask,
        vod_mask=server.vod_mask,
        secret=unseal(server.sealed_secret, settings.ENCRYPTION_KEY),
        ttl_seconds=server.token_ttl_seconds,
        bind_to_address=server.bind_token_to_address,
        shift_seconds=server.timeshift_minutes * 60,
    )


def _maintenance(maintenance: Maintenance) -> Problems:
    if maintenance.ends_at and maintenance.ends_at <= maintenance.begins_at:
        return {"ends_at": _("It ends before it begins.")}
    return {}


def _account(account: Account) -> Problems:
    problems = _subnet_problem("subnets", account.subnets.split(";"))
    if account.number < 0:
        problems["number"] = _("A number is not negative.")
    if account.activates_on and account.deactivates_on and account.deactivates_on < account.activates_on:
        problems["deactivates_on"] = _("It ends before it begins.")
    if account.country and not re.fullmatch(r"[A-Z]{2}", account.country):
        problems["country"] = _("Countries are two-letter codes, such as IT, DE.")
    return problems


def _subscription(subscription: TariffSubscription) -> Problems:
    if subscription.account and subscription.account.customer_id != subscription.customer_id:
        return {"account": _("This account is another customer's.")}
    if subscription.ends_at and subscription.ends_at <= subscription.starts_at:
        return {"ends_at": _("It ends before it begins.")}
    if subscription.tariff.is_archived and not _is_held(subscription):
        return {"tariff": _("This tariff is archived and no longer given.")}
    return {}


def _is_held(subscription: TariffSubscription) -> bool:
    """Whether this very customer holds this very tariff already: what is held goes on."""
    same = {"customer": subscription.customer_id, "tariff": subscription.tariff_id}
    return TariffSubscription.objects.filter(pk=subscription.pk, **same).exists()


def _text_gateway(gateway: TextGateway) -> Problems:
    wrong = (Medium.SMS, TextGatewayKind.SMTP), (Medium.EMAIL, TextGatewayKind.HTTP)
    if (gateway.medium, gateway.kind) in wrong:
        return {"kind": _("This kind does not carry it.")}
    try:
        sender_of(gateway)
    except BadSeal:
        return {"new_secret": _("The secret was sealed with another key; give it again.")}
    except Invalid as error:
        return {error.place: explain(error)}
    return {}


def _device(device: Device) -> Problems:
    return {} if device.uid.strip() == device.uid else {"uid": _("There are blanks around it.")}


def _title(title: Title) -> Problems:
    problems: Problems = {}
    if title.published_from and title.published_to and title.published_to <= title.published_from:
        problems["published_to"] = _("It ends before it begins.")
    if title.source == TitleSource.PARTNER and not (title.provider and title.provider.partner):
        problems["provider"] = _("A partner's titles need a provider that names the partner.")
    return problems


def _episode(episode: Episode) -> Problems:
    is_foreign = episode.season is not None and episode.season.title_id != episode.title_id
    return {"season": _("This season belongs to another title.")} if is_foreign else {}


def _asset(asset: Asset) -> Problems:
    if asset.episode is not None and asset.episode.title_id != asset.title_id:
        return {"episode": _("This episode belongs to another title.")}
    if ".." in asset.file_name.split("/"):
        return {"file_name": _("A file's path does not lead upwards.")}
    return {}


def _fragment(fragment: SkipFragment) -> Problems:
    return {"ends": _("It ends before it begins.")} if fragment.ends <= fragment.begins else {}


def _seance(seance: Seance) -> Problems:
    if seance.asset is not None and seance.asset.title_id != seance.title_id:
        return {"asset": _("This file belongs to another title.")}
    if seance.ends_at and seance.ends_at <= seance.starts_at:
        return {"ends_at": _("It ends before it begins.")}
    return {}


def _promo(promo: PromoCode) -> Problems:
    if promo.valid_from and promo.valid_until and promo.valid_until < promo.valid_from:
        return {"valid_until": _("It ends before it begins.")}
    if promo.amount is not None and promo.amount <= 0:
        return {"amount": _("An amount is greater than zero.")}
    return {} if promo.code == code_of(promo.code) else {"code": _("Capital letters and figures without blanks.")}


def _merchant(merchant: Merchant) -> Problems:
    if not re.fullmatch(r"[\w-]{0,30}", merchant.code):
        return {"code": _("Letters, figures, “-” and “_”.")}
    try:
        gateway_of(merchant)
    except NoGateway:
        return {"gateway": _("There is no such payment gateway.")}
    except BadSeal:
        return {"new_secret": _("The secret was sealed with another key; give it again.")}
    except Invalid as error:
        return {{"secret": "new_secret"}.get(error.place, error.place): explain(error)}
    return {}


def _other_billing(record: OtherBilling) -> Problems:
    others = OtherBilling.objects.of(record.operator_id).filter(is_default=True).exclude(pk=record.pk)
    if record.is_default and others.exists():
        return {"is_default": _("Another one is for all customers.")}
    try:
        import_string(settings.BILLING_SYSTEM)(config_of_billing(record))
    except BadSeal:
        return {"new_secret": _("The secret was sealed with another key; give it again.")}
    except Invalid as error:
        return {{"secret": "new_secret"}.get(error.place, error.place): explain(error)}
    return {}


def _mailing(mailing: Mailing) -> Problems:
    problems: Problems = {}
    named = {"account": mailing.account, "tariff": mailing.tariff, "dealer": mailing.dealer}
    if mailing.audience in named and named[mailing.audience] is None:
        problems[mailing.audience] = _("Say whom it is for.")
    if not (mailing.by_screen or mailing.by_sms or mailing.by_email):
        problems["by_screen"] = _("It has to travel by one of the ways.")
    words = plain_text(mailing.text)
    if not words and "<img" not in clean_html(mailing.text):
        problems["text"] = _("Nothing is left of the text.")
    elif mailing.by_sms and len(words) > LONGEST_SMS:
        problems["text"] = _("The text is too long for an SMS.")
    return problems


def _inbox(inbox: Inbox) -> Problems:
    problems = {"path": problem_of_inbox_path(inbox), "folders": problem_of_folders(inbox.folders)}
    try:
        profile_from_json(inbox.profile)
    except Invalid as error:
        problems["profile"] = f"{error.place}: {error}" if error.place else str(error)
    if inbox.guide_source and inbox.guide_source.operator_id != inbox.operator_id:
        problems["guide_source"] = _("A guide of all operators is not written by one of them; choose one of its own.")
    return {field: words for field, words in problems.items() if words}


def _edge(edge: Edge) -> Problems:
    problems: Problems = {}
    if edge.transport == TransportKind.FOLDER:
        if not edge.path.startswith("/"):
            problems["path"] = _("Name the folder from the root on.")
    elif not edge.host:
        problems["host"] = _("Say where it is.")
    if edge.port > LARGEST_PORT:
        problems["port"] = _("Ports end at %(number)d.") % {"number": LARGEST_PORT}
    return problems


def _device_of_account(command: Command) -> Problems:
    is_foreign = command.device is not None and command.device.account_id != command.account_id
    return {"device": _("This device belongs to another account.")} if is_foreign else {}


def _device_command(command: DeviceCommand) -> Problems:
    try:
        check_parameters(command.parameters)
    except Invalid as error:
        return {"parameters": _("These parameters cannot be sent: %(text)s.") % {"text": error}}
    return {}


_CHANGES: dict[type[Model], Callable[[Any, Any], Problems]] = {
    Account: _account_moved,
    Customer: _currency,
    Operator: _currency,
}
_CHECKS: dict[type[Model], Callable[[Any], Problems]] = {
    Inbox: _inbox,
    Edge: _edge,
    Mailing: _mailing,
    Command: _device_of_account,
    DeviceCommand: _device_command,
    Operator: _operator,
    Staff: _staff,
    Dealer: _dealer,
    Category: _category,
    GuideSource: _guide_source,
    Tariff: _tariff,
    StreamingServer: _streaming_server,
    Maintenance: _maintenance,
    Account: _account,
    TariffSubscription: _subscription,
    TextGateway: _text_gateway,
    Device: _device,
    PromoCode: _promo,
    Merchant: _merchant,
    OtherBilling: _other_billing,
    Title: _title,
    Episode: _episode,
    Asset: _asset,
    SkipFragment: _fragment,
    Seance: _seance,
}
