"""Every write on customers, accounts, devices, subscriptions and sessions: one module per noun."""

from headend.subscribers.actions.accounts import (
    PersonalWish,
    activate_account,
    change_account,
    change_parent_code,
    change_password,
    create_account,
    deactivate_account,
    delete_account,
    name_profile,
    set_parent_code,
    set_password,
    set_personal_channels,
)
from headend.subscribers.actions.captchas import forget_captchas
from headend.subscribers.actions.codes import Mailbox, Post, confirm, forget_codes, use_up
from headend.subscribers.actions.credentials import check_password
from headend.subscribers.actions.customers import (
    change_customer,
    create_customer,
    delete_customer,
    number_contract,
    set_documents,
)
from headend.subscribers.actions.device_types import ensure_device_types, serve_device_types
from headend.subscribers.actions.devices import bind_device, change_device, unbind_device
from headend.subscribers.actions.phones import sign_in_mailbox
from headend.subscribers.actions.qr_login import (
    Television,
    begin_qr_login,
    collect_qr_login,
    forget_qr_logins,
    sign_in_by_qr,
)
from headend.subscribers.actions.recovery import reset_password, send_parent_code
from headend.subscribers.actions.refusals import count_refusals, forget_refused_sign_ins, remember_refused_sign_ins
from headend.subscribers.actions.registration import Wish, register
from headend.subscribers.actions.sessions import close_sessions, forget_old_sessions, remember_beats, sign_out
from headend.subscribers.actions.sign_in import sign_in, sign_in_together
from headend.subscribers.actions.subscriptions import subscribe, unsubscribe

__all__ = [
    "Mailbox",
    "PersonalWish",
    "Post",
    "Television",
    "Wish",
    "activate_account",
    "begin_qr_login",
    "bind_device",
    "change_account",
    "change_customer",
    "change_device",
    "change_parent_code",
    "change_password",
    "check_password",
    "close_sessions",
    "collect_qr_login",
    "confirm",
    "count_refusals",
    "create_account",
    "create_customer",
    "deactivate_account",
    "delete_account",
    "delete_customer",
    "ensure_device_types",
    "forget_captchas",
    "forget_codes",
    "forget_old_sessions",
    "forget_qr_logins",
    "forget_refused_sign_ins",
    "name_profile",
    "number_contract",
    "register",
    "remember_beats",
    "remember_refused_sign_ins",
    "reset_password",
    "send_parent_code",
    "serve_device_types",
    "set_documents",
    "set_parent_code",
    "set_password",
    "set_personal_channels",
    "sign_in",
    "sign_in_by_qr",
    "sign_in_mailbox",
    "sign_in_together",
    "sign_out",
    "subscribe",
    "unbind_device",
    "unsubscribe",
    "use_up",
]
