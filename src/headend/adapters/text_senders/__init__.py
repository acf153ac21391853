"""What texts to phones and mail boxes are handed to, by the kind that an operator has chosen."""

from collections.abc import Mapping

from headend.adapters.text_senders.http_gateway import http_gateway
from headend.adapters.text_senders.outbox import outbox
from headend.adapters.text_senders.smtp import smtp
from headend.subscribers.ports import TextSenderFactory

TEXT_SENDERS: Mapping[str, TextSenderFactory] = {"smtp": smtp, "http": http_gateway, "outbox": outbox}
