"""What the gate is fed with, and what it asks of the records. Plain values, shared by both sides.

The projector reads the records and makes these views; the gate keeps them in memory and answers from them alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from headend.delivery.ports import StreamingServer
from headend.delivery.rules import TokenKey
from headend.messaging.rules import Mail, Notices
from headend.playback.rules import ChannelTerms, Grant, Holding, TariffTerms
from headend.subscribers.rules import Refused, RefusedSignIn, SessionView, SignedIn, SignInRequest
from headend.viewing.rules import RefusedPlay


@dataclass(frozen=True, slots=True)
class DeviceTypeView:
    """A device type as one operator serves it.

    `settings` go into the answer of the portal settings call under the wire's names (`show_tvchannels`, `template`,
    `login_text`, `portal_config`, ...); what is missing there has a default.
    """

    system_name: str
    group: int
    wire_format: str  # "json" or "xml"
    is_enabled: bool
    is_basic: bool
    settings: dict[str, object]


@dataclass(frozen=True, slots=True)
class ChildView:
    """An operator below another, as a portal that serves both tells of it: where its own portal reaches us, with which
    key. `external_id` 0 when it has none that is a number.
    """

    id: int
    name: str
    logo_url: str
    key: str = field(repr=False)
    external_id: int
    portal_url: str
    uid: int


@dataclass(frozen=True, slots=True)
class OperatorView:
    """An operator: whose keys are live, which languages its names have (the first is the default).

    `time_zone` is one that `zoneinfo.ZoneInfo` knows; `children` are the active operators right below it.
    """

    id: int
    name: str
    is_active: bool
    key_digests: frozenset[str]
    languages: tuple[str, ...]
    time_zone: str
    currency: str
    uid: str
    uses_subscriptions: bool
    has_children: bool
    portal_url: str
    device_types: dict[str, DeviceTypeView]
    children: tuple[ChildView, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryView:
    """`names` has one entry per operator language, in that order; "" where there is none."""

    id: int
    names: tuple[str, ...]
    sort: int
    colour: str = ""
    description: str = ""
    icon_url: str = ""
    icon_tv_url: str = ""
    icon_dashboard_url: str = ""


class HbbView(NamedTuple):
    """An HbbTV provider of a channel: its kind and number, the key that devices are told, the channel's id there."""

    kind: int
    provider_id: int
    api_key: str
    channel_pid: str


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel. `names` as in CategoryView; `options` are the three free texts of the wire; `has_ads` says that
    advertising may be shown before it.
    """

    id: int
    names: tuple[str, ...]
    terms: ChannelTerms
    sort: int
    lcn: int
    category_id: int | None
    extra_category_ids: tuple[int, ...]
    icon_url: str
    show_in_all: bool
    guide_channel_id: int | None
    guide_shift_minutes: int
    guide_id: str
    stream_url: str
    stream_id: str
    url_prefix: str
    multicast_address: str
    recording_days: int
    pause_live_seconds: int
    catchup: dict[str, str]
    http_headers: dict[str, str]
    is_drm: bool
    aspect_ratio: int
    options: tuple[str, str, str]
    telemetry: dict[str, str]
    meta: dict[str, object]
    hbb: tuple[HbbView, ...] = ()
    has_ads: bool = False
    display_on_site: bool = True


@dataclass(frozen=True, slots=True)
class ServerView:
    """A streaming server and what it serves; None means everything. Sorted by priority, lowest first.

    `archive_seconds` 0: it keeps as much as the channel's recordings reach back. `token_key` signs the tokens in its
    addresses, None when it has none.
    """

    id: int
    server: StreamingServer
    gives_live: bool
    gives_archive: bool
    channels: frozenset[int] | None
    tariffs: frozenset[int] | None
    data_centre_id: int | None
    timeshift_minutes: int
    archive_seconds: int
    bind_token_to_address: bool
    is_available: bool
    token_key: TokenKey | None = None


@dataclass(frozen=True, slots=True)
class TariffOffer:
    """A tariff as it is shown to those who have none yet. `names` as in CategoryView; `price` "9.90"."""

    id: int
    names: tuple[str, ...]
    description: str
    period_months: int
    price: str
    icon_url: str
    meta: dict[str, object]


@dataclass(frozen=True, slots=True)
class Lineup:
    """All of one operator's catalogue and delivery, in the order of the channel list; replaced as a whole.

    `offers` are the tariffs that everybody may see, in the order of their names. `blocked` are programmes whose
    recordings nobody may watch, by their number, until before when (epoch seconds).
    """

    operator_id: int
    channels: tuple[ChannelView, ...]
    categories: tuple[CategoryView, ...]
    servers: tuple[ServerView, ...]
    tariffs: dict[int, TariffTerms]
    channel_sorts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    channel_sort_names: dict[int, str] = field(default_factory=dict)
    offers: tuple[TariffOffer, ...] = ()
    blocked: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """A programme; times in seconds since the epoch, `details` the JSON text of the record."""

    id: int
    start: int
    stop: int
    title: str
    category_id: int
    age: int
    details: str


@dataclass(frozen=True, slots=True)
class HoldingView:
    """A tariff an account holds, from when until when (seconds since the epoch; None: open)."""

    tariff_id: int
    starts: int
    ends: int | None


@dataclass(frozen=True, slots=True)
class PersonalChannel:
    """What an account thinks of a channel."""

    is_favourite: bool = False
    is_hidden: bool = False
    needs_parent_code: bool = False
    sort: int | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account. It is in service from `active_from` until before `active_until` (epoch seconds; None: open).

    `password_stamp` changes when the password does: the addresses in playlists carry it and end with it. `mail` is None
    for those that nothing waits for, which is nearly all of them.
    """

    id: int
    operator_id: int
    number: int
    is_active: bool
    status_reason: str
    active_until: int | None
    holdings: tuple[HoldingView, ...]
    personal: dict[int, PersonalChannel]
    data_centre_id: int | None = None
    timeshift_minutes: int = 0
    country: str = ""
    active_from: int | None = None
    password_stamp: str = ""
    mail: Mail | None = None


def make_grant(account: AccountView, operator: OperatorView, tariffs: Mapping[int, TariffTerms]) -> Grant:
    """Put together what `decide_playback` needs to know of an account; `tariffs` are those of the operator's lineup.

    A holding whose tariff is not among them, because it was disabled, gives nothing.
    """
    held = ((tariffs.get(h.tariff_id), h) for h in account.holdings)
    return Grant(
        account_id=account.id,
        holdings=tuple(Holding(terms, h.starts, h.ends) for terms, h in held if terms is not None),
        is_active=account.is_active,
        operator_is_active=operator.is_active,
        active_from=account.active_from,
        active_until=account.active_until,
        zone=ZoneInfo(operator.time_zone),
        locked_channels=frozenset(number for number, p in account.personal.items() if p.needs_parent_code),
    )


@dataclass(frozen=True, slots=True)
class Update:
    """News for the gate. Whatever is named replaces what the gate had; `guides` and the removals by id.

    `positions` are where accounts stopped in programmes: {account: {programme: seconds}}.

    `change` is the number of the last change row that is included; `is_complete` marks a snapshot of everything:
    what it does not name no longer exists. An empty update says that nothing has changed until now: the gate takes
    its snapshot for stale when it has heard nothing for a while.
    """

    change: int
    is_complete: bool = False
    operators: tuple[OperatorView, ...] = ()
    removed_operators: tuple[int, ...] = ()
    lineups: tuple[Lineup, ...] = ()
    guides: dict[int, tuple[ProgrammeView, ...]] = field(default_factory=dict)
    programme_categories: dict[int, tuple[str, ...]] | None = None
    accounts: tuple[AccountView, ...] = ()
    removed_accounts: tuple[int, ...] = ()
    sessions: tuple[SessionView, ...] = ()
    removed_sessions: tuple[str, ...] = ()
    positions: dict[int, dict[int, int]] = field(default_factory=dict)


class RecordsUnavailable(Exception):
    """The records cannot be reached now; the gate goes on with what it has and says so."""


class Records(Protocol):
    """What the gate asks of the records. Blocking calls, made in threads; each may raise RecordsUnavailable."""

    def sign_in(self, request: SignInRequest, now: int) -> SignedIn | Refused:
        """Check the credentials, bind the device, open a session and close those that must make room."""

    def sign_in_together(self, requests: Sequence[SignInRequest], now: int) -> Sequence[SignedIn | Refused]:
        """Do so for several devices, none of them by code, that share the price of a transaction; answers in order."""

    def sign_out(self, token_digest: str) -> None:
        """Close a session; closing it again changes nothing."""

    def check_password(self, operator_id: int, number: int, password: str) -> int | None:
        """The account's id when number and password fit, else None."""

    def find_session(self, token_digest: str) -> SessionView | None:
        """A session that another process opened, or None."""

    def take_notices(self, token_digest: str, now: int) -> Notices:
        """Take what a device is to be told with its status; nobody is told it again."""

    def remember_beats(self, beats: dict[str, tuple[int, str]]) -> None:
        """Write down when sessions were last heard of and from where: {token_digest: (seconds, address)}."""

    def remember_refused_plays(self, refusals: Sequence[RefusedPlay]) -> None:
        """Write down who was refused what and why, for those whom they will ask."""

    def remember_refused_sign_ins(self, refusals: Sequence[RefusedSignIn]) -> None:
        """The same of devices that were not let in."""
