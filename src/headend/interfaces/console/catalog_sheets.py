"""Categories, channels and tariffs as rows of tables."""

from headend.catalog.models import Category, Channel, Tariff
from headend.interfaces.console.forms import EXTRA_NAMES
from headend.interfaces.console.sheets import Sheet


class CategorySheet(Sheet):
    model = Category
    columns = ("name", *EXTRA_NAMES, "description", "colour", "sort", "icon_url", "icon_tv_url", "icon_dashboard_url")
    keys = (("name",),)


class ChannelSheet(Sheet):
    model = Channel
    columns = (
        "lcn",
        "name",
        *EXTRA_NAMES,
        "category",
        "extra_categories",
        "sort",
        "is_enabled",
        "icon_url",
        "needs_parent_code",
        "show_in_all",
        "display_on_site",
        "copyright_holder",
        "guide_id",
        "guide_channel",
        "stream_url",
        "stream_id",
        "url_prefix",
        "multicast_address",
        "recording_multicast_address",
        "recording_days",
        "pause_live_seconds",
        "catchup",
        "http_headers",
        "is_drm",
        "aspect_ratio",
        "option1",
        "option2",
        "option3",
        "comment",
        "meta",
    )
    keys = (("lcn", "name"), ("lcn",), ("name",))


class TariffSheet(Sheet):
    model = Tariff
    columns = (
        "name",
        *EXTRA_NAMES,
        "description",
        "all_channels",
        "channels",
        "is_enabled",
        "is_archived",
        "is_hidden",
        "price",
        "activation_price",
        "currency",
        "period_months",
        "basic_priority",
        "assigned_by_default",
        "is_required",
        "may_unsubscribe",
        "for_inactive_accounts",
        "basic_sessions",
        "additional_sessions",
        "one_address",
        "countries",
        "viewing_hours",
        "used_for_channels",
        "used_for_videos",
        "used_for_radio",
        "display_on_site",
        "icon_url",
        "icon_tv_url",
        "external_id",
        "meta",
    )
    keys = (("external_id",), ("name",))
