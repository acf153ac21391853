"""What the demonstration's screens show: a dashboard, selections, applications, home feeds, banners, legal texts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from headend.catalog.models import Category, Channel, Tariff
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.portal.actions import accept_document, save_selection
from headend.portal.models import (
    Application,
    ApplicationType,
    AspectRatio,
    Dashboard,
    DocumentType,
    HomeFeed,
    ItemKind,
    LegalDocument,
    Origin,
    Ribbon,
    RibbonType,
    Selection,
    TargetBanner,
)
from headend.subscribers.models import Account, DeviceType
from headend.vod.models import Genre, Title

ACTOR = system("demo")
_TERMS = (
    "<h1>Terms of use</h1><p>Television is for your household. Please do not show it in public.</p>",
    "<h1>Условия использования</h1><p>Телевидение — для вашей семьи. Не показывайте его публично.</p>",
    "<h1>Condizioni d'uso</h1><p>La televisione è per la vostra famiglia. Non mostratela in pubblico.</p>",
)
_PAYING = ("<h1>Paying</h1><p>A tariff renews every month until you leave it.</p>",)

Names = Sequence[str]


def add_portal(
    operator: Operator,
    accounts: Sequence[Account],
    tariffs: Mapping[str, Tariff],
    titles: Mapping[str, Title],
    now: datetime,
) -> None:
    """Give the operator's portals something to show."""
    selections = _add_selections(operator, titles)
    _add_applications(operator)
    _add_dashboard(operator, selections, list(titles.values()))
    _add_home_feeds(operator, selections)
    _add_banners(operator, accounts, tariffs, list(titles.values()), now)
    _add_documents(operator, accounts)


def _named(names: Names, field: str = "name") -> dict[str, str]:
    return {field: names[0]} | {f"{field}_lang{place}": name for place, name in enumerate(names[1:], 1)}


def _add_selections(operator: Operator, titles: Mapping[str, Title]) -> dict[str, Selection]:
    channels = [channel.pk for channel in Channel.objects.of(operator.pk).order_by("sort")[:4]]
    news = Category.objects.of(operator.pk).get(name="News")
    plans: dict[str, tuple[Names, int, dict[str, Any], list[int]]] = {
        "first": (("Begin here", "Начните отсюда", "Comincia qui"), ItemKind.CHANNEL, {}, channels),
        "films": (
            ("Editors' films", "Выбор редакции", "I film scelti"),
            ItemKind.TITLE,
            {},
            [t.pk for t in titles.values()],
        ),
        "news": (
            ("News of the last days", "Новости последних дней", "Notizie degli ultimi giorni"),
            ItemKind.PROGRAMME,
            {"channel_category": news.pk, "days_back": 2, "days_ahead": 0, "recorded_only": True, "most": 40},
            [],
        ),
        "best": (("Best rated", "Лучшие оценки", "I più votati"), ItemKind.TITLE, {"order": "rating", "most": 10}, []),
    }
    return {word: _selection(operator, *plan) for word, plan in plans.items()}


def _selection(operator: Operator, names: Names, kind: int, rule: dict[str, Any], numbers: list[int]) -> Selection:
    origin = Origin.BY_RULE if rule else Origin.BY_HAND
    selection = Selection(operator=operator, **_named(names), kind=kind, origin=origin, rule=rule)
    return save_selection(actor=ACTOR, selection=selection, numbers=None if rule else numbers)


def _add_applications(operator: Operator) -> None:
    plans: Sequence[tuple[str, Names, int, str, dict[str, str]]] = (
        (
            "weather",
            ("Weather", "Погода", "Meteo"),
            ApplicationType.WIDGET,
            "",
            {"widget": "weather", "city": "Milano"},
        ),
        ("rates", ("Exchange rates", "Курсы валют", "Cambi"), ApplicationType.WIDGET, "", {"widget": "exchange"}),
        (
            "news",
            ("Town news", "Городские новости", "Notizie della città"),
            ApplicationType.WIDGET,
            "https://demo.example/news.rss",
            {"widget": "rss"},
        ),
        ("help", ("Help", "Помощь", "Aiuto"), ApplicationType.WEB, "https://demo.example/help/", {}),
        ("films", ("Films", "Фильмы", "Film"), ApplicationType.TITLES, "", {"section": "films"}),
        ("settings", ("Android settings", "Настройки Android", "Android"), ApplicationType.ANDROID_SETTINGS, "", {}),
    )
    for place, (word, names, kind, url, attributes) in enumerate(plans, 1):
        about = {
            "kind": kind,
            "url": url,
            "attributes": attributes,
            "show_in_main_menu": word == "help",
            "sort": place * 10,
        }
        android = DeviceType.objects.filter(system_name__in=("android", "android_stb")) if word == "settings" else ()
        application = Application(operator=operator, system_name=word, **_named(names), **about)
        save(actor=ACTOR, obj=application, links={"device_types": android})


def _add_dashboard(operator: Operator, selections: Mapping[str, Selection], titles: Sequence[Title]) -> None:
    board = Dashboard(operator=operator, name="Home", sort=10)
    save(actor=ACTOR, obj=board)
    genres = [genre.pk for genre in Genre.objects.of(operator.pk).filter(is_category=False)]
    slides = [
        {"image_url": title.horizontal_poster_url, "deep_link": f"headend://video/{title.pk}"}
        for title in titles
        if title.horizontal_poster_url
    ]
    plans: Sequence[tuple[int, Names, dict[str, Any]]] = (
        (
            RibbonType.MAIN_MENU,
            ("Menu", "Меню", "Menu"),
            {"menu": ["tvchannels", "archive", "videocatalog", "settings"]},
        ),
        (RibbonType.SLIDER, ("Now in films", "Сейчас в кино", "Al cinema"), {"slides": slides[:5]}),
        (RibbonType.RECENT_CHANNELS, ("Seen last", "Недавние каналы", "Visti di recente"), {}),
        (RibbonType.PROGRAMMES, ("On now", "Сейчас в эфире", "In onda"), {}),
        (RibbonType.CHANNELS, ("All channels", "Все каналы", "Tutti i canali"), {"display": "round"}),
        (
            RibbonType.SELECTION,
            ("Editors' films", "Выбор редакции", "Scelti per voi"),
            {"selection": selections["films"].pk},
        ),
        (
            RibbonType.SELECTION,
            ("News again", "Новости ещё раз", "Ancora notizie"),
            {"selection": selections["news"].pk},
        ),
        (RibbonType.TITLES, ("New titles", "Новинки", "Novità"), {"year_from": 2000}),
        (RibbonType.RECENT_TITLES, ("Go on watching", "Продолжить просмотр", "Continua a guardare"), {}),
        (RibbonType.RECENT_PROGRAMMES, ("From the archive", "Из архива", "Dall'archivio"), {}),
        (RibbonType.GENRES, ("Genres", "Жанры", "Generi"), {"genres": genres}),
        (RibbonType.WIDGETS, ("At a glance", "Одним взглядом", "In breve"), {}),
        (RibbonType.PLAYER, ("Live", "Прямой эфир", "In diretta"), {}),
    )
    for place, (kind, names, attributes) in enumerate(plans, 1):
        if kind == RibbonType.SLIDER and not slides:
            continue
        ribbon = Ribbon(
            operator=operator, dashboard=board, kind=kind, attributes=attributes, **_named(names), sort=place * 10
        )
        save(actor=ACTOR, obj=ribbon)


def _add_home_feeds(operator: Operator, selections: Mapping[str, Selection]) -> None:
    android = DeviceType.objects.filter(system_name__in=("android", "android_stb"))
    plans: Sequence[tuple[Names, dict[str, Any]]] = (
        (("Go on watching", "Продолжить просмотр", "Continua a guardare"), {"is_continue_watching": True}),
        (
            ("Best rated", "Лучшие оценки", "I più votati"),
            {"selection": selections["best"], "aspect_ratio": AspectRatio.POSTER},
        ),
        (("Begin here", "Начните отсюда", "Comincia qui"), {"selection": selections["first"]}),
    )
    for place, (names, about) in enumerate(plans, 1):
        feed = HomeFeed(operator=operator, **_named(names), **about, sort=place * 10)
        save(actor=ACTOR, obj=feed, links={"device_types": android})


def _add_banners(
    operator: Operator,
    accounts: Sequence[Account],
    tariffs: Mapping[str, Tariff],
    titles: Sequence[Title],
    now: datetime,
) -> None:
    today, picture = now.date(), titles[0].horizontal_poster_url if titles else ""
    plans: Sequence[tuple[dict[str, Any], dict[str, Any]]] = (
        (
            {"name": "Film week", "message": "All films for a week.", "deep_link": "headend://section/films"},
            {"tariffs": [tariffs["basic"]]},
        ),
        ({"name": "Happy birthday", "message": "A film is on us today.", "for_birthday": True}, {}),
        ({"name": "Works in your street", "message": "Tonight from two to four.", "cities": ["Milano"]}, {}),
        ({"name": "Thank you", "message": "Ten years with us!"}, {"accounts": accounts[:2]}),
    )
    for place, (about, links) in enumerate(plans, 1):
        dates = {"published_from": today - timedelta(days=3), "published_to": today + timedelta(days=30)}
        banner = TargetBanner(operator=operator, image_url=picture, **dates, **about, sort=place * 10)
        save(actor=ACTOR, obj=banner, links=links)


def _add_documents(operator: Operator, accounts: Sequence[Account]) -> None:
    terms = LegalDocument(
        operator=operator,
        **_named(("Terms of use", "Условия использования", "Condizioni d'uso")),
        **_named(_TERMS, "text"),
        kind=DocumentType.SIGN_IN,
        version="2026-01",
    )
    paying = LegalDocument(
        operator=operator,
        **_named(("Paying", "Оплата", "Pagamenti")),
        **_named(_PAYING, "text"),
        kind=DocumentType.SUBSCRIPTION,
        needs_acceptance=False,
    )
    for document in (terms, paying):
        save(actor=ACTOR, obj=document)
    for account in accounts[:5]:
        accept_document(actor=ACTOR, document=terms, account=account, device_uid=f"demo-{account.number}")
