"""Every write on what households do: one module per noun. What devices do all day has no audit entry."""

from headend.viewing.actions.positions import (
    forget_old_positions,
    forget_position,
    remember_channel,
    set_asset_position,
    set_programme_position,
)
from headend.viewing.actions.purchases import buy_title, give_title
from headend.viewing.actions.recordings import forget_old_recordings, keep_recording, remove_recordings
from headend.viewing.actions.refusals import forget_old_refusals, remember_refused_plays
from headend.viewing.actions.reminders import add_reminder, forget_old_reminders, remove_reminders
from headend.viewing.actions.tickets import give_back_ticket, issue_ticket, use_ticket
from headend.viewing.actions.titles import forget_history, forget_listing, rate_title, set_favourites

__all__ = [
    "add_reminder",
    "buy_title",
    "give_title",
    "forget_history",
    "forget_listing",
    "forget_old_positions",
    "forget_old_recordings",
    "forget_old_refusals",
    "forget_old_reminders",
    "forget_position",
    "give_back_ticket",
    "issue_ticket",
    "keep_recording",
    "rate_title",
    "remember_channel",
    "remember_refused_plays",
    "remove_recordings",
    "remove_reminders",
    "set_asset_position",
    "set_favourites",
    "set_programme_position",
    "use_ticket",
]
