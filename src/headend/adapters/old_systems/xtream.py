"""An Xtream Codes or XUI panel's tables: lines, bouquets, streams, films and boxes. A bouquet becomes a tariff."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from headend.adapters.old_systems.reading import (
    LONG_AGO,
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
from headend.subscribers.ports import Brought, Notes, OldTables

_MOVED = {
    "users", "lines", "streams", "stream_categories", "streams_categories", "bouquets", "mag_devices",
    "enigma2_devices",
}  # fmt: skip
# Known, and not moved: logs, servers, resellers and their packages, tickets, guides, what transcodes.
_LEFT = (
    r"access_.*|admin_.*|blocked_.*|client_logs|cred.*|crontab|detect_.*|devices|enigma2_.*|epg.*|hmac.*|isp_.*|"
    r"lines_.*|login_.*|mag_.*|member_groups|mysql_.*|ondemand.*|output_.*|packages|panel_logs|player.*|"
    r"profiles|providers.*|"
    r"queue|recordings|reg_.*|reseller.*|restream.*|rtmp_.*|server.*|settings|signals|stream_.*|streaming_.*|"
    r"streams_.*|"
    r"syskill.*|tickets.*|transcoding_.*|tv_archive.*|user_.*|users_.*|watch_.*|series.*|users"
)
_LIVE, _FILM, _CREATED = "1", "2", "3"
_TYPES = {"4": "radio", "5": "episode of a series"}
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


def read_xtream(tables: OldTables, notes: Notes, _client: str) -> Iterator[Brought]:
    """The records of a panel, which serves one operator."""
    is_new = "lines" in tables.columns()  # XUI calls lines so, and its resellers users
    yield from _categories(tables, notes, "streams_categories" if is_new else "stream_categories")
    yield from _streams(tables, notes)
    yield from _bouquets(tables, notes)
    yield from _lines(tables, notes, "lines" if is_new else "users")
    yield from _devices(tables, notes)
    _note_credits(tables, notes, "users" if is_new else "reg_users")
    note_tables(tables, _MOVED - ({"users"} if is_new else set()), _LEFT, notes)


def _note_credits(tables: OldTables, notes: Notes, table: str) -> None:
    """Lines have no balance; their resellers have credits, and dealers here do not pay in advance."""
    for row in taken(tables, table, "credits", Notes(), left="*"):
        if row["credits"].strip("0."):
            notes.values[f"{table}.credits of resellers: dealers here do not pay in advance"] += 1


def _categories(tables: OldTables, notes: Notes, table: str) -> Iterator[Brought]:
    columns = "id category_type category_name cat_order"
    for row in taken(tables, table, columns, notes, left="parent_id is_adult"):
        entity = "genres" if row["category_type"] in ("movie", "series") else "categories"
        yield record(entity, row["id"], table, name=row["category_name"], sort=row["cat_order"])


def _streams(tables: OldTables, notes: Notes) -> Iterator[Brought]:
    columns = (
        "id type category_id stream_display_name stream_source stream_icon channel_id number order tv_archive_duration"
        " is_adult movie_propeties movie_properties target_container notes"
    )
    # How the panel itself takes and sends streams.
    left = (
        "created_channel_location enable_transcode transcode_attributes custom_ffmpeg movie_subtitles"
        " read_native stream_all"
        " remove_subtitles custom_sid epg_id epg_lang auto_restart transcode_profile_id pids_create_channel"
        " cchannel_rsources"
        " gen_timestamps added series_no direct_source tv_archive_server_id tv_archive_pid movie_symlink"
        " redirect_stream"
        " rtmp_output allow_record probesize_ondemand custom_map external_push delay_minutes epg_api title_sync uuid"
        " updated fps_restart fps_threshold rtmp_output vframes_server_id vframes_pid tmdb_id tmdb_language year rating"
        " similar adaptive_link llod direct_proxy epg_offset is_website"
    )
    for row in taken(tables, "streams", columns, notes, left=left):
        if row["type"] in (_LIVE, _CREATED):
            yield _channel(row)
        elif row["type"] == _FILM:
            yield from _film(row)
        else:
            notes.values[f"streams.type = {row['type']} ({_TYPES.get(row['type'], 'unknown')})"] += 1


def _channel(row: dict[str, str]) -> Brought:
    categories = _numbers(row["category_id"])
    return record(
        "channels", row["id"], "streams",
        name=row["stream_display_name"], category=ref("categories", categories[0] if categories else ""),
        lcn=row["number"] if row["number"] != "0" else "", sort=row["order"], guide_id=row["channel_id"],
        icon_url=row["stream_icon"] if "//" in row["stream_icon"] else "", stream_id=row["id"],
        stream_url=_first_source(row["stream_source"]), needs_parent_code=yes(row["is_adult"]),
        recording_days=row["tv_archive_duration"], comment=row["notes"],
    )  # fmt: skip


def _film(row: dict[str, str]) -> Iterator[Brought]:
    about = _object(row["movie_properties"] or row["movie_propeties"])
    seconds = whole(_said(about, "duration_secs"))
    yield record(
        "titles", row["id"], "streams",
        external_id=f"xtream:{row['id']}", name=row["stream_display_name"], name_original=_said(about, "o_name"),
        description=_said(about, "plot", "description"), countries=_said(about, "country"), age=whole(_said(about,
        "age")),
        year=whole(_said(about, "year", "releasedate", "release_date"))[:4],
        duration_minutes=str(int(seconds) // 60) if seconds else "",
        vertical_poster_url=_said(about, "movie_image", "cover_big"), needs_parent_code=yes(row["is_adult"]),
        genres=refs("genres", _numbers(row["category_id"])),
    )  # fmt: skip
    yield record(
        "assets", row["id"], "streams", external_id=f"xtream:{row['id']}", title=ref("titles", row["id"]),
        name=row["stream_display_name"], file_name=_first_source(row["stream_source"]), duration_seconds=seconds,
    )  # fmt: skip


def _bouquets(tables: OldTables, notes: Notes) -> Iterator[Brought]:
    columns = "id bouquet_name bouquet_channels"
    for row in taken(
        tables, "bouquets", columns, notes, left="bouquet_order bouquet_series bouquet_movies bouquet_radios"
    ):
        yield record(
            "tariffs", row["id"], "bouquets", external_id=f"xtream:{row['id']}", name=row["bouquet_name"],
            channels=refs("channels", _numbers(row["bouquet_channels"])),
        )  # fmt: skip


def _lines(tables: OldTables, notes: Notes, table: str) -> Iterator[Brought]:
    columns = (
        "id username password exp_date admin_enabled enabled bouquet max_connections is_trial created_at admin_notes"
    )
    left = (
        "member_id created_by pair_id is_mag is_e2 force_server_id is_isplock as_number isp_desc is_stalker bypass_ua"
        " play_token last_ip last_activity last_activity_array package_id contact updated access_token"
    )
    for row in numbered_first(tables, table, columns, "username", notes, left=left):
        yield from _line(row, table, notes)


def _line(row: dict[str, str], table: str, notes: Notes) -> Iterator[Brought]:
    name, is_on = row["username"], "0" not in (row["enabled"], row["admin_enabled"])
    if not is_number(name):
        notes.values[f"{table}.username that is no number: the account gets one"] += 1
    if row["max_connections"] not in ("", "0", "1"):
        notes.values[f"{table}.max_connections = {row['max_connections']}: set it on tariffs"] += 1
    yield record(
        "customers", row["id"], table,
        external_id=f"xtream:{row['id']}", last_name=name, is_trial=yes(row["is_trial"]), comment=row["admin_notes"],
    )  # fmt: skip
    yield record(
        "accounts", row["id"], table,
        number=name if is_number(name) else "", external_id=f"xtream:{row['id']}", customer=ref("customers", row["id"]),
        password=row["password"], is_active="true" if is_on else "false",
        status_reason="ACTIVE" if is_on else "INACTIVE", deactivates_on=moment(row["exp_date"])[:10], option1=name,
    )  # fmt: skip
    for number in _numbers(row["bouquet"]):
        yield record(
            "subscriptions", f"{row['id']} {number}", table, customer=ref("customers", row["id"]),
            tariff=ref("tariffs", number), starts_at=moment(row["created_at"]) or LONG_AGO,
        )  # fmt: skip


def _devices(tables: OldTables, notes: Notes) -> Iterator[Brought]:
    settings = (
        "bright contrast saturation aspect video_out volume playback_buffer_bytes playback_buffer_size"
        " audio_out ls ver lang"
        " locale city_id hd main_notify fav_itv_on now_playing_start now_playing_type now_playing_content"
        " time_last_play_tv"
        " time_last_play_video hd_content image_version last_change_status last_start last_active keep_alive ip created"
        " theme_type parent_password lock_device hw_version device_id device_id2 token modem_mac local_ip"
        " public_ip key_auth"
        " enigma_version cpu version dns original_mac last_updated watchdog_timeout rc type fav_channels play_token"
        " allowed_ips playback_limit screensaver_delay plasma_saving fav_radio tv_archive_continued"
        " tv_channel_default_aspect"
        " last_itv_id units tv_quality spdif_mode show_after_loading mag_player record_max_length stb_pass"
        " telnet_enable"
        " ssh_enable num_banks last_watchdog"
    )
    for table, key, kind in (("mag_devices", "mag_id", "mag"), ("enigma2_devices", "device_id", "")):
        for row in taken(tables, table, f"{key} user_id mac stb_type sn", notes, left=settings):
            yield record(
                "devices", f"{table} {row[key]}", table, uid=_mac(row["mac"]), account=ref("accounts", row["user_id"]),
                device_type=kind, model=row["stb_type"], serial_number=row["sn"], is_basic="true",
            )  # fmt: skip


def _mac(text: str) -> str:
    """A box's address; older panels keep it in base64."""
    try:
        plain = base64.b64decode(text, validate=True).decode("ascii").lower()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        plain = ""
    return plain if _MAC.fullmatch(plain) else text.lower()


def _numbers(text: str) -> list[str]:
    """The numbers in a JSON list, or the one number."""
    return list(dict.fromkeys(number for number in re.findall(r"\d{1,18}", text) if number.strip("0")))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(about: dict[str, Any], *names: str) -> str:
    found = (about.get(name) for name in names)
    return next((str(value) for value in found if isinstance(value, str | int | float) and value), "")


def _first_source(text: str) -> str:
    """The first of the addresses, which are a JSON list."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    first = found[0] if isinstance(found, list) and found else ""
    return first if isinstance(first, str) else ""
