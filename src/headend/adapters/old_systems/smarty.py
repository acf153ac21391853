"""Smarty's tables: customers, accounts, devices, tariffs, channels and video on demand of one client."""

from collections.abc import Iterator

from headend.adapters.old_systems.reading import (
    LONG_AGO,
    balance,
    by_key,
    choice,
    currency,
    day,
    moment,
    note_tables,
    record,
    ref,
    refs,
    taken,
    whole,
    yes,
)
from headend.kernel.errors import Invalid
from headend.kernel.passwords import legacy_hash
from headend.subscribers.ports import Brought, Notes, OldTables

_APP = "tvmiddleware_"
_MOVED = {
    "clients_client",
    *(
        _APP + name
        for name in (
            "account", "account_tariffs", "accountdevice", "category", "channel", "channel_tariffs", "clientplaydevice",
            "customer", "customer_tariffs", "genre", "playdevice", "tariff", "video", "video_genres", "video_tariffs",
            "videofile",
        )
    ),
}  # fmt: skip
# Known, and not moved: sessions, logs, guides, staff, money documents, looks, monitoring.
_LEFT = (
    r"(auth|django|south|captcha|geo|monitoring|widgets|reports|dealers|billing|smartystats|sms|ads|external_api)_.*"
    rf"|{_APP}(accountauthkey|accountchannel|accountgamerecord|actor|channel_stream_services|channeliconsize|datacenter|epg.*"
    r"|externalapplication.*|game.*|maintenance.*|message|npvrtasks|playdevicetemplate|radio.*|streamservice.*"
    r"|tariff_.*|video_(actors_set|stream_services))"
)
_STATUS = {word: word for word in ("ACTIVE", "DEBT", "BLOCK", "INACTIVE", "WAIT")}


def read_smarty(tables: OldTables, notes: Notes, client: str) -> Iterator[Brought]:
    """The records of a client, by its number or name. Raises Invalid when it is not said which of several is meant."""
    reader = _Reader(tables, notes, _client(tables, notes, client))
    yield from reader.keys()
    yield from reader.categories()
    yield from reader.channels()
    yield from reader.tariffs()
    yield from reader.customers()
    yield from reader.accounts()
    yield from reader.devices()
    yield from reader.subscriptions()
    yield from reader.titles()
    note_tables(tables, _MOVED, _LEFT, notes)


def _client(tables: OldTables, notes: Notes, wanted: str) -> str:
    """The number of the client that is meant; "" where the tables name none."""
    clients = {row["id"]: row["name"] for row in taken(tables, "clients_client", "id name", Notes())}
    found = [number for number, name in clients.items() if wanted in (number, name)] if wanted else list(clients)
    if len(found) > 1 or (wanted and not found):
        there_are = ", ".join(f"{number} ({name})" for number, name in list(clients.items())[:20])
        raise Invalid(f"which client? There are: {there_are or 'none'}", "client")
    return found[0] if found else ""


class _Reader:
    def __init__(self, tables: OldTables, notes: Notes, client: str) -> None:
        self._tables = tables
        self._notes = notes
        self._client = client

    def _rows(self, name: str, columns: str, left: str = "") -> Iterator[dict[str, str]]:
        """The client's own rows of a table."""
        has_client = "client_id" in self._tables.columns().get(_APP + name, ())
        wanted = f"{columns} client_id" if has_client else columns
        for row in taken(self._tables, _APP + name, wanted, self._notes, left=left):
            if not has_client or not self._client or row["client_id"] == self._client:
                yield row

    def _pairs(self, name: str, key: str, value: str) -> dict[str, list[str]]:
        return by_key(self._rows(name, f"{key} {value}", left="id"), key, value)

    def keys(self) -> Iterator[Brought]:
        """What devices and scripts know the client by."""
        columns = "id api_key billing_api_key content_api_key streaming_api_key"
        for row in taken(self._tables, "clients_client", columns, self._notes, left="name"):
            if row["id"] == self._client:
                yield record(
                    "keys", row["id"], "clients_client", device=row["api_key"], billing=row["billing_api_key"],
                    content=row["content_api_key"], streaming=row["streaming_api_key"],
                )  # fmt: skip

    def categories(self) -> Iterator[Brought]:
        for row in self._rows("category", "id name description color sort"):
            colour = row["color"] if row["color"].startswith("#") else row["color"] and f"#{row['color']}"
            yield record(
                "categories", row["id"], "category",
                name=row["name"], description=row["description"], colour=colour, sort=row["sort"],
            )  # fmt: skip

    def channels(self) -> Iterator[Brought]:
        columns = (
            "id name category_id enabled parent_control show_in_all display_on_site sort lcn_number uri url_prefix"
            " multicast_address secondary_multicast_address id_for_stream_service recording_days pause_live_tv_shift"
            " option1 option2 option3 comment icon"
        )
        for row in self._rows("channel", columns, left="epg_channel_id created_at updated_at version"):
            yield record(
                "channels", row["id"], "channel",
                name=row["name"], lcn=row["lcn_number"], sort=row["sort"],
                category=ref("categories", row["category_id"]),
                is_enabled=yes(row["enabled"]), needs_parent_code=yes(row["parent_control"]),
                show_in_all=yes(row["show_in_all"] or "1"), display_on_site=yes(row["display_on_site"] or "1"),
                icon_url=row["icon"], stream_url=row["uri"], url_prefix=row["url_prefix"],
                # The streaming servers go on knowing it by this.
                stream_id=row["id_for_stream_service"] or row["id"],
                multicast_address=row["multicast_address"],
                recording_multicast_address=row["secondary_multicast_address"],
                recording_days=row["recording_days"], pause_live_seconds=row["pause_live_tv_shift"],
                option1=row["option1"], option2=row["option2"], option3=row["option3"], comment=row["comment"],
            )  # fmt: skip

    def tariffs(self) -> Iterator[Brought]:
        channels = self._pairs("channel_tariffs", "tariff_id", "channel_id")
        columns = (
            "id name description period price default_activation_price currency enabled archived is_hidden"
            " assigned_by_default required sessions_count basic_sessions_count ip_restriction basic_tariff_priority"
            " available_for_inactive_accounts used_for_channel_list used_for_video_list used_for_radio_list"
            " available_to_unsubscribe ext_id"
        )
        for row in self._rows("tariff", columns, left="created_at updated_at available_everywhere"):
            yield record(
                "tariffs", row["id"], "tariff",
                external_id=row["ext_id"] or f"smarty:{row['id']}",
                name=row["name"], description=row["description"],
                channels=refs("channels", channels.get(row["id"], ())),
                price=row["price"], activation_price=row["default_activation_price"],
                currency=currency(row["currency"], "tariff.currency", self._notes),
                period_months=row["period"], basic_priority=row["basic_tariff_priority"],
                is_enabled=yes(row["enabled"] or "1"), is_archived=yes(row["archived"]),
                is_hidden=yes(row["is_hidden"]),
                assigned_by_default=yes(row["assigned_by_default"]), is_required=yes(row["required"]),
                may_unsubscribe=yes(row["available_to_unsubscribe"] or "1"),
                for_inactive_accounts=yes(row["available_for_inactive_accounts"]),
                basic_sessions=row["basic_sessions_count"], additional_sessions=row["sessions_count"],
                one_address=yes(row["ip_restriction"]),
                used_for_channels=yes(row["used_for_channel_list"] or "1"),
                used_for_videos=yes(row["used_for_video_list"] or "1"),
                used_for_radio=yes(row["used_for_radio_list"] or "1"),
            )  # fmt: skip

    def customers(self) -> Iterator[Brought]:
        columns = (
            "id firstname middlename lastname company_name birthdate mobile_phone_number phone_number_1 phone_number_2"
            " fax_phone_number email comment ext_id contract_number currency send_sms_messages"
            " send_email_messages is_trial balance"
        )
        for row in self._rows("customer", columns, left="created_at updated_at"):
            yield record(
                "customers", row["id"], "customer",
                external_id=row["ext_id"] or f"smarty:{row['id']}",
                first_name=row["firstname"], middle_name=row["middlename"], last_name=row["lastname"],
                company_name=row["company_name"], birth_date=day(row["birthdate"]),
                mobile_phone=row["mobile_phone_number"], phone_1=row["phone_number_1"], phone_2=row["phone_number_2"],
                fax=row["fax_phone_number"], email=row["email"], comment=row["comment"],
                contract_number=row["contract_number"], is_trial=yes(row["is_trial"]),
                currency=currency(row["currency"], "customer.currency", self._notes),
                sends_sms=yes(row["send_sms_messages"] or "1"), sends_email=yes(row["send_email_messages"] or "1"),
            )  # fmt: skip
            yield from balance(row["id"], "customer", row["balance"])

    def accounts(self) -> Iterator[Brought]:
        columns = (
            "id customer_id abonement password account_ext_id active status_reason auto_activation_period"
            " activation_date deactivation_date extension_date allow_multiple_login allow_login_by_abonement"
            " allow_login_by_device_uid allow_login_by_ip subnets parent_code use_timeshift preferred_timeshift_offset"
            " template option1 option2 option3"
        )
        for row in self._rows("account", columns, left="created_at updated_at last_active ip views_count"):
            is_digest = len(row["password"]) == 128
            yield record(
                "accounts", row["id"], "account",
                number=row["abonement"], external_id=row["account_ext_id"] or f"smarty:{row['id']}",
                customer=ref("customers", row["customer_id"]),
                password_hash=legacy_hash(row["password"]) if is_digest else "",
                password="" if is_digest else row["password"],
                is_active=yes(row["active"]),
                status_reason=choice(row["status_reason"], _STATUS, "account.status_reason", self._notes),
                auto_activation_days=row["auto_activation_period"],
                activates_on=day(row["activation_date"]), deactivates_on=day(row["deactivation_date"]),
                extends_on=day(row["extension_date"]),
                allow_multiple_login=yes(row["allow_multiple_login"]),
                allow_login_by_number=yes(row["allow_login_by_abonement"]),
                allow_login_by_device=yes(row["allow_login_by_device_uid"] or "1"),
                allow_login_by_address=yes(row["allow_login_by_ip"]), subnets=row["subnets"],
                parent_code=row["parent_code"], use_timeshift=yes(row["use_timeshift"]),
                timeshift_minutes=row["preferred_timeshift_offset"], template=row["template"],
                option1=row["option1"], option2=row["option2"], option3=row["option3"],
            )  # fmt: skip

    def devices(self) -> Iterator[Brought]:
        types = {row["id"]: row["system_name"] for row in self._rows("playdevice", "id system_name", left="name")}
        looks = "template_id logo css"
        of_client = {
            row["id"]: row["play_device_id"] for row in self._rows("clientplaydevice", "id play_device_id", looks)
        }
        columns = "id account_id device_uid serial_number brand_name device_model is_basic client_play_device_id"
        for row in self._rows("accountdevice", columns, left="created_at status diagonal reset_settings"):
            yield record(
                "devices", row["id"], "accountdevice",
                uid=row["device_uid"], account=ref("accounts", row["account_id"]), serial_number=row["serial_number"],
                brand=row["brand_name"], model=row["device_model"], is_basic=yes(row["is_basic"]),
                device_type=types.get(of_client.get(row["client_play_device_id"], ""), ""),
            )  # fmt: skip

    def subscriptions(self) -> Iterator[Brought]:
        for row in self._rows("customer_tariffs", "id customer_id tariff_id"):
            yield record(
                "subscriptions", row["id"], "customer_tariffs",
                customer=ref("customers", row["customer_id"]), tariff=ref("tariffs", row["tariff_id"]),
                starts_at=LONG_AGO,
            )  # fmt: skip
        customers = {row["id"]: row["customer_id"] for row in self._rows("account", "id customer_id", left="*")}
        for row in self._rows("account_tariffs", "id account_id tariff_id"):
            yield record(
                "account_subscriptions", row["id"], "account_tariffs",
                customer=ref("customers", customers.get(row["account_id"], "")),
                account=ref("accounts", row["account_id"]), tariff=ref("tariffs", row["tariff_id"]), starts_at=LONG_AGO,
            )  # fmt: skip

    def titles(self) -> Iterator[Brought]:
        for row in self._rows("genre", "id name", left="is_category sort"):
            yield record("genres", row["id"], "genre", name=row["name"])
        genres = self._pairs("video_genres", "video_id", "genre_id")
        tariffs = self._pairs("video_tariffs", "video_id", "tariff_id")
        columns = (
            "id name name_orig description short_description year countries language duration rating parent_control"
            " is_announcement is_season kinopoisk_rating imdb_rating ext_id enabled published_from published_to"
        )
        for row in self._rows("video", columns, left="created_at updated_at views_count"):
            yield record(
                "titles", row["id"], "video",
                external_id=row["ext_id"] or f"smarty:{row['id']}",
                name=row["name"], name_original=row["name_orig"], description=row["description"],
                short_description=row["short_description"], year=whole(row["year"]), countries=row["countries"],
                language=row["language"], kind="series" if yes(row["is_season"]) == "true" else "film",
                duration_minutes=whole(row["duration"]), age=whole(row["rating"]),
                needs_parent_code=yes(row["parent_control"]), is_announcement=yes(row["is_announcement"]),
                is_enabled=yes(row["enabled"] or "1"),
                kinopoisk_rating=row["kinopoisk_rating"], imdb_rating=row["imdb_rating"],
                published_from=moment(row["published_from"]), published_to=moment(row["published_to"]),
                genres=refs("genres", genres.get(row["id"], ())), tariffs=refs("tariffs", tariffs.get(row["id"], ())),
            )  # fmt: skip
        columns = "id video_id name filename duration is_trailer ext_id sort"
        for row in self._rows("videofile", columns, left="created_at quality"):
            yield record(
                "assets", row["id"], "videofile",
                external_id=row["ext_id"] or f"smarty:{row['id']}", title=ref("titles", row["video_id"]),
                name=row["name"] or row["filename"], file_name=row["filename"], sort=row["sort"],
                duration_seconds=whole(row["duration"]), is_trailer=yes(row["is_trailer"]),
            )  # fmt: skip
