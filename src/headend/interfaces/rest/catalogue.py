"""What is offered: channels, their categories, titles on demand and tariffs."""

from typing import Annotated, Any

from pydantic import Field

from headend.catalog.models import Category, Channel, Tariff
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.resources import Resource
from headend.interfaces.rest.shapes import Moment, Names, Number, Price, Small, Whole, partial
from headend.interfaces.rest.writing import plain
from headend.vod.models import Genre, PriceCategory, Title, TitleKind, VideoProvider

Country = Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["IT"])]

# --- channels and categories ---


class CategoryFields(Names):
    description: str = ""
    colour: str = Field("", pattern="^(#[0-9A-Fa-f]{6})?$", examples=["#1E90FF"])
    sort: Whole = 0
    icon_url: str = ""
    icon_tv_url: str = ""


class CategoryShape(CategoryFields):
    id: int
    colour: str


CATEGORIES = Resource(
    path="categories",
    noun="category",
    text="Groups of channels on the screen.",
    model=Category,
    shape=CategoryShape,
    filters={"name": Filter("name", str)},
    sorts=("id", "sort", "name"),
    new=CategoryFields,
    patch=partial(CategoryFields),
    **plain(Category, {}, {}),
)


class ChannelFields(Names):
    category_id: Number | None = None
    lcn: Whole | None = Field(None, description="The number that viewers type.")
    sort: Whole = 0
    is_enabled: bool = True
    icon_url: str = ""
    needs_parent_code: bool = False
    show_in_all: bool = True
    display_on_site: bool = True
    stream_url: str = Field("", description="Played as it is; no streaming server is chosen.")
    stream_id: str = Field("", description="Empty: the channel's own number.")
    multicast_address: str = ""
    recording_days: Small = Field(0, description="Days of catch-up.")
    is_drm: bool = False
    option1: str = ""
    option2: str = ""
    option3: str = ""
    comment: str = ""
    meta: dict[str, Any] = {}


class ChannelShape(ChannelFields):
    id: int
    guide_match: str
    created_at: Moment
    updated_at: Moment


CHANNELS = Resource(
    path="channels",
    noun="channel",
    text="Television channels as the operator sells them.",
    model=Channel,
    shape=ChannelShape,
    filters={
        "name": Filter("name", str),
        "lcn": Filter("lcn", int),
        "category_id": Filter("category", Number),
        "tariff_id": Filter("tariffs", Number, "What a tariff names; one with all channels names none."),
        "is_enabled": Filter("is_enabled", bool),
        "updated_from": Filter("updated_at__gte", Moment),
    },
    sorts=("id", "sort", "name", "updated_at"),
    new=ChannelFields,
    patch=partial(ChannelFields),
    **plain(Channel, {"category_id": ("category", Category)}, {}),
)

# --- titles ---


class TitleFields(Names):
    kind: str = Field("film", description=", ".join(TitleKind.values))
    is_enabled: bool = True
    name_original: str = ""
    description: str = ""
    short_description: str = ""
    year: Small | None = None
    countries: str = Field("", description="Separated by commas.")
    language: str = ""
    genre_ids: list[Number] = []
    age: Small = 0
    needs_parent_code: bool = False
    duration_minutes: Whole = 0
    published_from: Moment | None = None
    published_to: Moment | None = None
    vertical_poster_url: str = ""
    horizontal_poster_url: str = ""
    provider_id: Number | None = None
    price_category_id: Number | None = None
    tariff_ids: list[Number] = []
    external_id: str = ""
    meta: dict[str, Any] = {}


class TitleShape(TitleFields):
    id: int
    created_at: Moment
    updated_at: Moment

    @staticmethod
    def resolve_genre_ids(title: Title) -> list[int]:
        """In the order of their numbers."""
        return sorted(genre.pk for genre in title.genres.all())

    @staticmethod
    def resolve_tariff_ids(title: Title) -> list[int]:
        """In the order of their numbers."""
        return sorted(tariff.pk for tariff in title.tariffs.all())


TITLES = Resource(
    path="titles",
    noun="title",
    text="Films, series and packages on demand.",
    model=Title,
    shape=TitleShape,
    fetches=("genres", "tariffs"),
    filters={
        "kind": Filter("kind", str),
        "external_id": Filter("external_id", str),
        "genre_id": Filter("genres", Number),
        "tariff_id": Filter("tariffs", Number),
        "is_enabled": Filter("is_enabled", bool),
        "updated_from": Filter("updated_at__gte", Moment),
    },
    sorts=("id", "name", "updated_at"),
    new=TitleFields,
    patch=partial(TitleFields),
    **plain(
        Title,
        {"provider_id": ("provider", VideoProvider), "price_category_id": ("price_category", PriceCategory)},
        {"genre_ids": ("genres", Genre), "tariff_ids": ("tariffs", Tariff)},
    ),
)

# --- tariffs ---


class TariffFields(Names):
    description: str = ""
    channel_ids: list[Number] = []
    all_channels: bool = False
    is_enabled: bool = True
    is_archived: bool = Field(False, description="Kept by those who hold it and given to nobody else.")
    is_hidden: bool = False
    price: Price = "0"
    activation_price: Price = "0"
    currency: str = Field("", pattern="^([A-Z]{3})?$", description="Empty: the operator's.")
    period_months: Small = 1
    basic_priority: Small = Field(0, description="0: additional; 1 to 10: basic.")
    assigned_by_default: bool = False
    is_required: bool = False
    may_unsubscribe: bool = True
    for_inactive_accounts: bool = False
    basic_sessions: Small = 1
    additional_sessions: Small = 1
    one_address: bool = False
    countries: list[Country] = Field([], description="[]: everywhere.")
    used_for_channels: bool = True
    used_for_videos: bool = True
    used_for_radio: bool = True
    external_id: str = ""
    meta: dict[str, Any] = {}


class TariffShape(TariffFields):
    id: int
    currency: str
    countries: list[str]

    @staticmethod
    def resolve_channel_ids(tariff: Tariff) -> list[int]:
        """In the order of their numbers."""
        return sorted(channel.pk for channel in tariff.channels.all())


TARIFFS = Resource(
    path="tariffs",
    noun="tariff",
    text="What is sold: channels, a price, a period, limits.",
    model=Tariff,
    shape=TariffShape,
    fetches=("channels",),
    filters={
        "external_id": Filter("external_id", str),
        "channel_id": Filter("channels", Number),
        "is_enabled": Filter("is_enabled", bool),
        "is_archived": Filter("is_archived", bool),
    },
    sorts=("id", "name", "basic_priority"),
    new=TariffFields,
    patch=partial(TariffFields),
    **plain(Tariff, {}, {"channel_ids": ("channels", Channel)}),
)
