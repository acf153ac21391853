"""The calls of a device that is not signed in yet: portal settings and health."""

import os
import secrets
from collections.abc import Callable, Iterable

from headend.hotpath.gate.answers import Answer, encoded, ok, ok_with_message, refused
from headend.hotpath.gate.callers import Callers
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.rows import Addresses
from headend.hotpath.gate.settings import GateSettings
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields, WireFormat
from headend.playback.ports import ChildView, DeviceTypeView, OperatorView

MENU = (
    "show_tvchannels",
    "show_categorizedtv",
    "show_archive",
    "show_videocatalog",
    "show_cctv",
    "show_radio",
    "show_games",
    "show_balance",
    "show_payment",
    "show_info",
    "show_settings",
    "show_exit",
)
_ANY_UUID = "00000000-0000-4000-8000-000000000000"
_BAD = {1: "a parameter cannot be read"}
_ADDRESSES = (
    "custom_api_url",
    "custom_css_url",
    "client_logo_url",
    "client_logo_login_url",
    "client_logo_loading_url",
    "redirect_to_portal_url",
)

_SETTINGS: Fields = {
    **dict.fromkeys(MENU, 1),
    "template": "",
    "custom_api_url": "",
    "custom_css_url": "",
    "client_logo_url": "",
    "client_logo_login_url": "",
    "client_logo_loading_url": "",
    "login_text": "",
    "reports_enabled": 0,
    "data_autorefresh_enabled": 0,
    "standby_timer": 0,
    "pvr_standby_timer": 0,
    "has_child_clients": 0,
    "redirect_to_portal_url": "",
    "backend_version": "",
    "auth_mode": "",
    "mediascope_enabled": 0,
    "start_stat_enabled": 0,
    "mvision_stat_enabled": 0,
    "mvision_server_url": "",
    "premier_stat_enabled": 0,
    "premier_stat_start_event_url": "",
    "premier_stat_heartbeat_event_url": "",
    "client_uid": "",
    "use_new_billing_logic": 0,
    "portal_config": {},
    "available_country_phone_codes": [],
    "banner_video": {},
}


class PortalCalls:
    """PortalSettingsList and HealthCheck. `is_stale` says whether the records are out of reach."""

    def __init__(
        self, callers: Callers, addresses: Addresses, settings: GateSettings, is_stale: Callable[[], bool]
    ) -> None:
        self._callers = callers
        self._addresses = addresses
        self._settings = settings
        self._is_stale = is_stale
        self._usage = Usage()
        self._settings_kept: dict[tuple[int, str, str], tuple[OperatorView, list[bytes]]] = {}

    @answers(
        "PortalSettingsList",
        "GET",
        "/portal/settings/list/",
        needs=Needs.KEY,
        errors={1: "device is missing", 2: "the operator does not have this device type, or has switched it off"},
        reads=("brand", "model"),
    )
    def settings(self, request: Request) -> Answer:
        """What a portal shows, by operator and device type; the first call of a device.

        Choice: `brand` and `model` change nothing. All sections of the menu are shown but those that the operator hid
        for the device type.
        """
        operator = self._callers.by_key(request)
        wire = self._callers.wire(request)
        device = request.text("device", 60)
        if not device:
            return refused(wire, 1, "device is missing")
        device_type = operator.device_types.get(device)
        if device_type is None or not device_type.is_enabled:
            return refused(wire, 2, "device type is not enabled")
        body = _uuid4().encode().join(self._halves(operator, device_type, wire))
        return encoded(wire, body)

    def _halves(self, operator: OperatorView, device_type: DeviceTypeView, wire: WireFormat) -> list[bytes]:
        """The answer around its random number: made once for an operator, as long as nothing of it changes."""
        key = (operator.id, device_type.system_name, wire.name)
        kept = self._settings_kept.get(key)
        if kept is None or kept[0] is not operator:
            fields = {**self._settings_of(operator, device_type), "error": 0, "error_message": ""}
            kept = self._settings_kept[key] = operator, wire.encode(fields).split(_ANY_UUID.encode(), 1)
        return kept[1]

    def _settings_of(self, operator: OperatorView, device_type: DeviceTypeView) -> Fields:
        chosen = {name: value for name, value in device_type.settings.items() if name in _SETTINGS}
        fields = {
            "random_uuid4": _ANY_UUID,
            **_SETTINGS,
            **_of_operator(operator),
            "backend_version": self._settings.version,
            **chosen,
        }
        return fields | {name: self._addresses.whole(str(fields[name])) for name in _ADDRESSES}

    @answers("HealthCheck", "GET", "/health/check/", needs=Needs.NOTHING, errors=_BAD, reads=("check_db_conn",))
    def health(self, request: Request) -> Answer:
        """How busy this server is, for devices that know several.

        Choice: Too busy is a load of four runnable processes for each core, and all of the memory in use.
        """
        wants_database = request.flag("check_db_conn")
        is_cut_off = wants_database and self._is_stale()
        usage = self._usage.at(request.now)
        fields = {
            "usage": usage,
            "alive": int(usage < 1 and not is_cut_off),
            "connection_errors": ["database"] if is_cut_off else [],
            "reserved_server_addresses": self._settings.reserved_addresses,
        }
        return ok(self._callers.wire(request), fields)


class ClientCalls:
    """The calls of a portal that serves several operators: those right below the one whose key it has."""

    def __init__(self, callers: Callers, addresses: Addresses) -> None:
        self._callers = callers
        self._addresses = addresses

    @answers("PortalClientList", "GET", "/portal/client/list/", needs=Needs.KEY)
    def list(self, request: Request) -> Answer:
        """The operators right below this one, with what their own portals need.

        Choice: `api_key` is the newest key of the operator's device API, `api_url` our own address, `uid` its short
        number, 0 for none, `external_client_id` its external id, 0 for one that is no number. Operators that are not
        active are left out.
        """
        operator = self._callers.by_key(request)
        return self._several(request, operator.children)

    @answers(
        "PortalClientSearch",
        "GET",
        "/portal/client/search/",
        needs=Needs.KEY,
        errors={2: "search is missing"},
        reads=("search",),
        bad_parameter=2,
    )
    def search(self, request: Request) -> Answer:
        """The operators right below this one with a text in their name."""
        operator = self._callers.by_key(request)
        wanted = request.text("search").strip().casefold()
        if not wanted:
            raise BadParameter("search")
        return self._several(request, (each for each in operator.children if wanted in each.name.casefold()))

    @answers(
        "PortalClientDetail",
        "GET",
        "/portal/client/detail/",
        needs=Needs.KEY,
        errors={2: "id or uid is needed", 3: "there is no such operator right below this one"},
        reads=("id", "uid"),
        bad_parameter=2,
    )
    def detail(self, request: Request) -> Answer:
        """An operator right below this one, by its number or its short number.

        Choice: `id` goes before `uid`.
        """
        operator = self._callers.by_key(request)
        number, uid = request.whole("id"), request.whole("uid")
        if not (number or uid):
            raise BadParameter("id or uid")
        for child in operator.children:
            if child.id == number if number else child.uid == uid:
                return ok_with_message(self._callers.wire(request), self._child(child))
        raise Refusal(3, "no such operator")

    def _several(self, request: Request, children: Iterable[ChildView]) -> Answer:
        return ok_with_message(self._callers.wire(request), {"clients": [self._child(each) for each in children]})

    def _child(self, child: ChildView) -> Fields:
        return {
            "id": child.id,
            "name": child.name,
            "logo_url": self._addresses.whole(child.logo_url),
            "api_key": child.key,
            "api_url": self._addresses.api,
            "external_client_id": child.external_id,
            "redirect_to_portal_url": child.portal_url,
            "uid": child.uid,
        }


def _uuid4() -> str:
    """A random UUID (RFC 9562, section 5.4) as text; the standard library's takes longer than the rest of the call."""
    digits = secrets.token_hex(16)
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) & 3]}{digits[17:20]}-{digits[20:]}"
    )


def _of_operator(operator: OperatorView) -> Fields:
    return {
        "has_child_clients": int(operator.has_children),
        "redirect_to_portal_url": operator.portal_url,
        "client_uid": operator.uid,
        "use_new_billing_logic": int(operator.uses_subscriptions),
    }


class Usage:
    """How busy this machine is, as a share of what is too much; looked at once a second."""

    def __init__(self) -> None:
        self._share, self._seen = 0.0, 0

    def at(self, now: int) -> float:
        """The smaller of load and memory in use."""
        if now != self._seen:
            self._share, self._seen = round(min(_load(), _memory()), 2), now
        return self._share


_LOAD_PER_CORE = 4  # runnable processes for each core that are too many


def _load() -> float:
    """The load of the last minute as a share of what is too much."""
    return os.getloadavg()[0] / ((os.cpu_count() or 1) * _LOAD_PER_CORE)


def _memory() -> float:
    """The share of the memory that is in use; 0 where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            sizes = dict(line.split()[:2] for line in file)
    except OSError:
        return 0.0
    return 1 - int(sizes["MemAvailable:"]) / int(sizes["MemTotal:"])
