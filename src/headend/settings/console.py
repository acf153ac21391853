"""How the console (Django admin with Unfold) presents itself."""

UNFOLD = {
    "SITE_TITLE": "Headend",
    "SITE_HEADER": "Headend",
    "SITE_SYMBOL": "live_tv",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
