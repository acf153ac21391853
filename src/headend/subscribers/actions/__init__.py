"""Every write on customers, accounts, devices, subscriptions and sessions: one module per noun."""

from headend.subscribers.actions.accounts import (
    PersonalWish,
    block_account,
    change_account,
    create_account,
    delete_account,
    set_parent_code,
    set_password,
    set_personal_channels,
    unblock_account,
)
from headend.subscribers.actions.credentials import check_password
from headend.subscribers.actions.customers import change_customer, create_customer, delete_customer
from headend.subscribers.actions.device_types import ensure_device_types, serve_device_types
from headend.subscribers.actions.devices import bind_device, change_device, unbind_device
from headend.subscribers.actions.sessions import close_sessions, forget_old_sessions, remember_beats, sign_out
from headend.subscribers.actions.sign_in import sign_in
from headend.subscribers.actions.subscriptions import subscribe, unsubscribe

__all__ = [
    "PersonalWish",
    "bind_device",
    "block_account",
    "change_account",
    "change_customer",
    "change_device",
    "check_password",
    "close_sessions",
    "create_account",
    "create_customer",
    "delete_account",
    "delete_customer",
    "ensure_device_types",
    "forget_old_sessions",
    "remember_beats",
    "serve_device_types",
    "set_parent_code",
    "set_password",
    "set_personal_channels",
    "sign_in",
    "sign_out",
    "subscribe",
    "unblock_account",
    "unbind_device",
    "unsubscribe",
]
