"""A Stalker or Ministra portal's tables: a plan becomes a basic tariff, an optional package an additional one."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from headend.adapters.old_systems.reading import (
    LONG_AGO,
    balance,
    day,
    is_number,
    moment,
    note_tables,
    numbered_first,
    record,
    ref,
    refs,
    taken,
    whole,
    yes,
)
from headend.kernel.passwords import legacy_md5_hash
from headend.subscribers.ports import Brought, Notes, OldTables

_MOVED = {
    "tv_genre", "itv", "ch_links", "tariff_plan", "package_in_plan", "services_package", "service_in_package", "users",
    "user_package_subscription", "video", "genre", "cat_genre", "video_series_files",
}  # fmt: skip
# Known, and not moved: guides, logs, favourites, staff, storages, applications, what only its own boxes have.
_LEFT = (
    r"(epg|user_log|events|fav_|last_|played_|readed_|screenshots|karaoke|audio|anec|weather|main_city|cities|"
    r"countries|admin|"
    r"acl|adm_|access_|storage|stream|master|moderator|media_|stb_|image_|updated_|users_|daily_|vclub_|tv_|"
    r"radio|rec_|reseller|"
    r"ext_|launcher|apps|api_|oauth|settings|loading|test_|filters|schedule|deferred|generation|changelog|"
    r"package_subscribe|"
    r"video_(log|rent|on|quality|season|series$|tasks)|itv_subscription|ch_link_|censored|course|recipe|gapps|"
    r"support|permitted|"
    r"messages|theme|smac|certificate|languages|quality|notification|opinion|playlist|singer|album|download|"
    r"token|user_|"
    r"zapping|rss|ad_|advertis).*"
)


def read_stalker(tables: OldTables, notes: Notes, _client: str) -> Iterator[Brought]:
    """The records of a portal, which serves one operator."""
    yield from _channels(tables, notes)
    yield from _Tariffs(tables, notes).brought()
    yield from _titles(tables, notes)
    note_tables(tables, _MOVED, _LEFT, notes)


def _channels(tables: OldTables, notes: Notes) -> Iterator[Brought]:
    for row in taken(tables, "tv_genre", "id title number", notes, left="censored modified"):
        yield record("categories", row["id"], "tv_genre", name=row["title"], sort=row["number"])
    links: dict[str, str] = {}
    for row in taken(tables, "ch_links", "ch_id url", Notes(), left="*"):
        links.setdefault(row["ch_id"], row["url"])
    columns = (
        "id name number censored cmd status tv_genre_id xmltv_id logo enable_tv_archive"
        " tv_archive_duration mc_cmd descr"
    )
    left = "count service_id modified added cost volume_correction hd base_ch bonus_ch use_http_tmp_link"
    for row in taken(tables, "itv", columns, notes, left=left):
        hours = int(whole(row["tv_archive_duration"]) or "0") if yes(row["enable_tv_archive"]) == "true" else 0
        yield record(
            "channels", row["id"], "itv",
            name=row["name"], lcn=row["number"], category=ref("categories", row["tv_genre_id"]), sort=row["number"],
            needs_parent_code=yes(row["censored"]), is_enabled=yes(row["status"]), guide_id=row["xmltv_id"],
            icon_url=row["logo"] if "//" in row["logo"] else "", comment=row["descr"], stream_id=row["id"],
            stream_url=_address(row["cmd"] or links.get(row["id"], "")), multicast_address=_address(row["mc_cmd"]),
            recording_days=str(-(-hours // 24)) if hours else "",
        )  # fmt: skip


def _address(command: str) -> str:
    """The address in a command, which may begin with the name of a player."""
    return command.strip().rpartition(" ")[2]


class _Tariffs:
    """Plans, packages and who holds them."""

    def __init__(self, tables: OldTables, notes: Notes) -> None:
        self._tables, self._notes = tables, notes
        columns = "id external_id name description type all_services price"
        self._packages = {
            row["id"]: row
            for row in taken(tables, "services_package", columns, notes, left="service_type rent_duration")
        }
        self._channels: dict[str, list[str]] = {}
        for row in taken(tables, "service_in_package", "service_id package_id type", notes, left="id modified options"):
            if row["type"] == "tv":
                self._channels.setdefault(row["package_id"], []).append(row["service_id"])
        self._of_plan: dict[str, list[str]] = {}
        self._optional: dict[str, None] = {}
        for row in taken(tables, "package_in_plan", "plan_id package_id optional", notes, left="id modified"):
            if yes(row["optional"]) == "true":
                self._optional[row["package_id"]] = None
            else:
                self._of_plan.setdefault(row["plan_id"], []).append(row["package_id"])
        self._plans = set[str]()
        self._usual = ""

    def brought(self) -> Iterator[Brought]:
        yield from self._plan_tariffs()
        yield from self._package_tariffs()
        yield from self._users()

    def _plan_tariffs(self) -> Iterator[Brought]:
        for row in taken(
            self._tables, "tariff_plan", "id external_id name user_default", self._notes, left="days_to_expires"
        ):
            packages = [self._packages[key] for key in self._of_plan.get(row["id"], ()) if key in self._packages]
            self._plans.add(row["id"])
            if yes(row["user_default"]) == "true":
                self._usual = row["id"]
            channels = dict.fromkeys(key for each in packages for key in self._channels.get(each["id"], ()))
            yield record(
                "tariffs", f"plan {row['id']}", "tariff_plan",
                external_id=row["external_id"] or f"stalker:plan:{row['id']}", name=row["name"], basic_priority="1",
                price=str(sum(map(_price, packages), Decimal(0))), channels=refs("channels", channels),
                all_channels="true" if any(_gives_all(each) for each in packages) else "false",
                assigned_by_default="false",
            )  # fmt: skip

    def _package_tariffs(self) -> Iterator[Brought]:
        for row in (self._packages[key] for key in self._optional if key in self._packages):
            yield record(
                "tariffs", f"package {row['id']}", "services_package",
                external_id=row["external_id"] or f"stalker:package:{row['id']}", name=row["name"],
                description=row["description"], price=str(_price(row)),
                all_channels="true" if _gives_all(row) else "false",
                channels=refs("channels", self._channels.get(row["id"], ())),
            )  # fmt: skip

    def _users(self) -> Iterator[Brought]:
        columns = (
            "id login password fname phone ls account mac stb_type serial_number status parent_password tariff_plan_id"
            " expire_billing_date comment created account_balance"
        )
        # What the box last did, and how it is set up.
        left = (
            "name sname pass bright contrast saturation aspect video_out volume playback_buffer_bytes"
            " playback_buffer_size"
            " audio_out ip version lang locale city_id hd main_notify fav_itv_on now_playing_start now_playing_type"
            " now_playing_content additional_services_on time_last_play_tv time_last_play_video operator_id"
            " storage_name"
            " hd_content image_version last_change_status last_start last_active keep_alive access_token"
            " device_id device_id2"
            " hw_version timezone country theme num_banks just_started last_watchdog client_type"
        )
        for row in numbered_first(self._tables, "users", columns, "login", self._notes, left=left):
            yield from self._user(row)
        for row in taken(self._tables, "user_package_subscription", "id user_id package_id", self._notes, left="*"):
            yield record(
                "subscriptions", f"package {row['id']}", "user_package_subscription", starts_at=LONG_AGO,
                customer=ref("customers", row["user_id"]), tariff=ref("tariffs", f"package {row['package_id']}"),
            )  # fmt: skip

    def _user(self, row: dict[str, str]) -> Iterator[Brought]:
        login = row["login"] or row["id"]
        if not is_number(login):
            self._notes.values["users.login that is no number: the account gets one"] += 1
        yield record(
            "customers", row["id"], "users",
            external_id=f"stalker:{row['id']}", last_name=row["fname"] or login, mobile_phone=row["phone"],
            contract_number=row["account"] or row["ls"].strip("0"), comment=row["comment"],
        )  # fmt: skip
        yield from balance(row["id"], "users", row["account_balance"])
        is_digest = len(row["password"]) == 32
        yield record(
            "accounts", row["id"], "users",
            number=login if is_number(login) else "", external_id=f"stalker:{row['id']}",
            customer=ref("customers", row["id"]),
            password_hash=legacy_md5_hash(row["password"], row["id"], login) if is_digest else "",
            password="" if is_digest else row["password"],
            is_active=yes("0" if row["status"] not in ("", "0") else "1"),  # 1 is off
            status_reason="INACTIVE" if row["status"] not in ("", "0") else "ACTIVE",
            deactivates_on=day(row["expire_billing_date"]), parent_code=row["parent_password"],
        )  # fmt: skip
        if row["mac"]:
            yield record(
                "devices", row["id"], "users", uid=row["mac"].lower(), account=ref("accounts", row["id"]),
                device_type="mag" if row["stb_type"].upper().startswith("MAG") else "", model=row["stb_type"],
                serial_number=row["serial_number"], is_basic="true",
            )  # fmt: skip
        plan = row["tariff_plan_id"] if row["tariff_plan_id"] in self._plans else self._usual
        if plan:
            yield record(
                "subscriptions", f"plan {row['id']}", "users", customer=ref("customers", row["id"]),
                tariff=ref("tariffs", f"plan {plan}"), starts_at=moment(row["created"]) or LONG_AGO,
            )  # fmt: skip


def _price(package: dict[str, str]) -> Decimal:
    try:
        return Decimal(package["price"] or "0")
    except InvalidOperation:
        return Decimal(0)


def _gives_all(package: dict[str, str]) -> bool:
    return package["type"] == "tv" and yes(package["all_services"]) == "true"


def _titles(tables: OldTables, notes: Notes) -> Iterator[Brought]:
    genres: dict[str, str] = {}
    for row in taken(tables, "cat_genre", "id title", notes, left="category_alias"):
        if row["title"] not in genres.values():
            yield record("genres", row["title"], "cat_genre", name=row["title"])
        genres[row["id"]] = row["title"]
    columns = (
        "id name o_name description time year path rtsp_url censored accessed rating_imdb rating_kinopoisk age"
        " is_series"
        " cat_genre_id_1 cat_genre_id_2 cat_genre_id_3 cat_genre_id_4"
    )
    left = (
        "owner old_name fname pic cost file protocol hd series volume_correction category_id genre_id"
        " genre_id_1 genre_id_2"
    )
    more = (
        " genre_id_3 genre_id_4 status added count count_first_0_5 count_second_0_5 rate last_rate_update last_played"
    )
    for row in taken(tables, "video", columns, notes, left=left + more):
        named = [genres[key] for n in range(1, 5) if (key := row[f"cat_genre_id_{n}"]) in genres]
        yield record(
            "titles", row["id"], "video",
            external_id=f"stalker:{row['id']}", name=row["name"], name_original=row["o_name"],
            description=row["description"], duration_minutes=whole(row["time"]), year=whole(row["year"]),
            kind="series" if yes(row["is_series"]) == "true" else "film", age=whole(row["age"]),
            needs_parent_code=yes(row["censored"]), is_enabled=yes(row["accessed"]), imdb_rating=row["rating_imdb"],
            kinopoisk_rating=row["rating_kinopoisk"], genres=refs("genres", dict.fromkeys(named)),
        )  # fmt: skip
        if row["rtsp_url"] or row["path"]:
            yield record(
                "assets", f"video {row['id']}", "video", external_id=f"stalker:video:{row['id']}",
                title=ref("titles", row["id"]), name=row["name"], file_name=_address(row["rtsp_url"] or row["path"]),
            )  # fmt: skip
    columns = "id video_id url file_name file_type"
    for row in taken(tables, "video_series_files", columns, notes, left="series_id protocol status accessed date_add"):
        if row["file_type"] in ("", "video") and (row["url"] or row["file_name"]):
            yield record(
                "assets", f"file {row['id']}", "video_series_files", external_id=f"stalker:file:{row['id']}",
                title=ref("titles", row["video_id"]), name=row["file_name"] or row["url"].rpartition("/")[2],
                file_name=_address(row["url"] or row["file_name"]),
            )  # fmt: skip
