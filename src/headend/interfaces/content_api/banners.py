"""Banners for some accounts."""

from copy import copy
from datetime import date
from typing import Any

from headend.catalog.actions.places import save_in_place
from headend.catalog.models import Tariff
from headend.catalog.pictures import PictureKind
from headend.interfaces.content_api import asks, writes
from headend.interfaces.content_api.forms import (
    ADDRESS,
    LONG_TEXT,
    Form,
    Problems,
    bad,
    find,
    find_behind,
    links,
    named,
    object_in,
    over_what_came_meanwhile,
    own,
    refused,
    text,
    value,
)
from headend.interfaces.content_api.pages import USUAL, page_of
from headend.interfaces.content_api.pictures import UploadErrors, parameters_of, take
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Sent, loose
from headend.kernel.formats import Fields, to_json
from headend.operators.actions import delete
from headend.portal.models import TargetBanner
from headend.subscribers.models import Account

BANNERS, ACCOUNTS = own(TargetBanner), own(Account)
IMAGE = {"image_url": {"image_url": PictureKind.BANNER}}
FORM = Form(
    (
        text("name"),
        text("message", longest=LONG_TEXT),
        text("deep_link", longest=ADDRESS),
        value("published_from", date),
        value("published_to", date),
        value("enabled", bool, "is_enabled"),
        value("for_birthday", bool),
        links("tariff_ids", "tariffs", own(Tariff)),
    ),
    (
        loose("account_ids", int, is_list=True),
        loose("abonements", int, is_list=True),
        loose("meta", str, longest=LONG_TEXT),
        *parameters_of(IMAGE),
    ),
)
IMAGE_ERROR = {1: "the picture cannot be taken; all else is saved"}


@writes("TargetBannerCreate", "/targetbanner/create/", errors=IMAGE_ERROR, takes=FORM.parameters)
def create_banner(guest: Guest, sent: Sent, sort_after_tbid: int | None = None) -> Fields:
    """Create a banner for accounts (by their numbers or the numbers people sign in with), holders of tariffs or all.

    Choice: its `id` is answered too, without which nobody could change it. When the picture cannot be taken the banner
    is there all the same; the refusal tells its `id` and what went wrong in `upload_errors`.
    """
    for name in ("name", "published_from", "published_to"):
        if sent.get(name) in (None, ""):
            raise bad(name, "this is needed")
    banner = TargetBanner(operator=guest.operator)
    errors = _save(guest, banner, sent, sort_after_tbid)
    told: dict[str, Any] = {"id": banner.pk, "upload_errors": errors}
    if errors:
        raise Refused(1, errors[0]["error_message"], told)
    return told


@writes("TargetBannerModify", "/targetbanner/modify/", errors=IMAGE_ERROR, takes=FORM.parameters)
def modify_banner(  # noqa: PLR0913 - the wire's own parameters
    guest: Guest,
    id: int,
    sent: Sent,
    sort_after_tbid: int | None = None,
    delete_image: bool = False,
    clear_accounts: bool = False,
    clear_tariffs: bool = False,
) -> Fields:
    """Change a banner; what is not sent stays as it is.

    Choice: `name`, which the documentation calls required, may be left out too.
    """
    banner: TargetBanner = find(guest, id, BANNERS, "banner")
    cleared: dict[str, Any] = {"account_ids": []} if clear_accounts else {}
    cleared |= {"tariff_ids": []} if clear_tariffs else {}
    cleared |= {"image_url": ""} if delete_image else {}
    errors = _save(guest, banner, Sent(cleared | sent), sort_after_tbid)
    if errors:
        raise Refused(1, errors[0]["error_message"], {"upload_errors": errors})
    return {}


def _save(guest: Guest, banner: TargetBanner, sent: Sent, after: int | None) -> UploadErrors:
    read = copy(banner)
    if "meta" in sent:
        banner.meta = object_in(sent, "meta")
    found = FORM.fill(guest, banner, sent, _accounts(guest, sent))
    if banner.published_from and banner.published_to and banner.published_to < banner.published_from:
        raise bad("published_to", "it ends before it begins")
    siblings = BANNERS(guest.operator)
    behind = find_behind(guest, after, siblings, "sort_after_tbid")
    errors = take(banner, IMAGE, sent)
    with over_what_came_meanwhile(banner, read):
        save_in_place(actor=guest.actor, obj=banner, siblings=siblings, after=behind, links=found)
    return errors


def _accounts(guest: Guest, sent: Sent) -> dict[str, list[Account]]:
    if "account_ids" not in sent and "abonements" not in sent:
        return {}
    problems: Problems = {}
    by_id = named(guest, "account_ids", sent.get("account_ids", ()), ACCOUNTS, problems)
    numbers = set(sent.get("abonements", ()))
    by_number = list(ACCOUNTS(guest.operator).filter(number__in=numbers))
    unknown = sorted(numbers - {account.number for account in by_number})
    if unknown:
        problems["abonements"] = [f"there is no {', '.join(map(str, unknown[:20]))}"]
    if problems:
        raise refused(problems)
    return {"accounts": [*by_id, *by_number]}


@writes("TargetBannerDelete", "/targetbanner/delete/")
def delete_banner(guest: Guest, id: int) -> Fields:
    """Delete a banner."""
    delete(actor=guest.actor, obj=find(guest, id, BANNERS, "banner"))
    return {}


@asks("TargetBannerList", "/targetbanner/list/")
def list_banners(guest: Guest, limit: int = USUAL, page: int = 1) -> Fields:
    """List banners in their order, those too that nobody is shown now."""
    banners = BANNERS(guest.operator)
    shown = page_of(banners.prefetch_related("accounts", "tariffs"), limit, page)
    return {"target_banners": [_row(banner) for banner in shown], "count": banners.count()}


def _row(banner: TargetBanner) -> Fields:
    return {
        "id": banner.pk,
        "name": banner.name,
        "image_url": whole(banner.image_url),
        "message": banner.message,
        "deep_link": banner.deep_link,
        "published_from": banner.published_from.isoformat() if banner.published_from else "",
        "published_to": banner.published_to.isoformat() if banner.published_to else "",
        "enabled": int(banner.is_enabled),
        "meta": to_json(banner.meta).decode(),
        "account_ids": sorted(account.pk for account in banner.accounts.all()),
        "tariff_ids": sorted(tariff.pk for tariff in banner.tariffs.all()),
        "available_in_cities": [str(city) for city in banner.cities if isinstance(banner.cities, list)],
        "for_birthday": int(banner.for_birthday),
    }
