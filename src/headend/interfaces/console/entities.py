"""What the command line calls the tables that it brings in and hands out."""

from headend.interfaces.console.account_sheet import AccountSheet
from headend.interfaces.console.catalog_sheets import CategorySheet, ChannelSheet, TariffSheet
from headend.interfaces.console.devices import DeviceSheet
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.subscribers import CustomerSheet, TariffSubscriptionSheet
from headend.interfaces.console.vod import AssetSheet, TitleSheet

ENTITIES: dict[str, type[Sheet]] = {
    "categories": CategorySheet,
    "channels": ChannelSheet,
    "tariffs": TariffSheet,
    "customers": CustomerSheet,
    "accounts": AccountSheet,
    "devices": DeviceSheet,
    "subscriptions": TariffSubscriptionSheet,
    "titles": TitleSheet,
    "assets": AssetSheet,
}
