"""Every write on operators, their staff and keys, and what every action of every context ends with."""

from headend.operators.actions.answers import (
    ANSWER_LEASE,
    ANSWERS_KEPT,
    claim_answer,
    drop_answer,
    forget_answers,
    keep_answer,
)
from headend.operators.actions.audit import SECRET_FIELDS, announce, difference, forget_changes, record, record_many
from headend.operators.actions.forgetting import forget
from headend.operators.actions.keys import issue_key, note_use
from headend.operators.actions.numbers import take_number
from headend.operators.actions.operators import save_operator
from headend.operators.actions.saving import (
    Links,
    add_many,
    delete,
    delete_many,
    insert_many,
    refresh_others,
    save,
    save_many,
)
from headend.operators.actions.staff import create_staff, set_staff_password

__all__ = [
    "Links",
    "ANSWERS_KEPT",
    "ANSWER_LEASE",
    "SECRET_FIELDS",
    "add_many",
    "announce",
    "claim_answer",
    "create_staff",
    "delete",
    "delete_many",
    "difference",
    "drop_answer",
    "forget",
    "forget_answers",
    "forget_changes",
    "insert_many",
    "issue_key",
    "keep_answer",
    "note_use",
    "record",
    "record_many",
    "refresh_others",
    "save",
    "save_many",
    "save_operator",
    "set_staff_password",
    "take_number",
]
