"""The settings of payment gateways as form fields, each gateway its own, and what they are called."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from headend.billing.ports import Option, OptionKind
from headend.interfaces.console.typed_fields import words

LONGEST = {OptionKind.LINES: 4000, OptionKind.URL: 500}

LABELS: dict[str, tuple[Any, Any]] = {
    "url": (_("Page that says how to pay"), ""),
    "text": (_("The same in words"), ""),
    "return_url": (_("Page to come back to"), _("Where a device names none.")),
    "page_url": (_("Payment page"), _("Its address at the gateway.")),
    "page_method": (_("Sent to it as"), ""),
    "page_fields": (
        _("Fields for the page"),
        _(
            "Lines “name: value”. In values, $key is the payment's number, then there are $amount, $currency, "
            "$description, $return_url, $merchant and $signature, and $$ is a dollar sign."
        ),
    ),
    "key_field": (_("Field of the payment's number"), ""),
    "amount_field": (_("Field of the amount"), ""),
    "amount_unit": (_("Amounts in"), _("Whole euros, or the smallest unit (cents).")),
    "currency_field": (_("Field of the currency"), _("“-”: it is not sent.")),
    "currency_codes": (_("Currencies"), _("Lines “978: EUR”, where the gateway calls them otherwise.")),
    "state_field": (_("Field of the state"), _("“-”: it is not sent, and every notice tells of a payment.")),
    "paid_words": (_("Words for paid"), _("With commas between.")),
    "failed_words": (_("Words for failed"), ""),
    "refunded_words": (_("Words for refunded"), ""),
    "number_field": (_("Field of the gateway's own number"), _("It tells one refund from another.")),
    "merchant_field": (_("Field of the merchant's number"), ""),
    "merchant_number": (_("Merchant's number"), _("Tells whose notice it is where the address does not.")),
    "signature_field": (_("Field of the signature"), ""),
    "signature_header": (_("Header of the signature"), _("Instead of the field.")),
    "signed_fields": (
        _("Signed fields"),
        _("In their order, with commas between; * for all by their names; body for the body as it comes."),
    ),
    "signed_joiner": (_("Between signed values"), ""),
    "signed_way": (_("The secret"), _("Is the key of an HMAC, or stands after or before what is signed.")),
    "signed_digest": (_("Digest"), ""),
    "signed_encoding": (_("Written as"), ""),
    "answer_taken": (_("Answer to a notice that was taken"), ""),
    "answer_refused": (_("Answer to one that was refused"), _("$reason stands for the reason.")),
    "status_refused": (_("HTTP status of that"), ""),
}
CHOICES = {
    "get": _("address (GET)"),
    "post": _("form (POST)"),
    "whole": _("whole units"),
    "smallest": _("smallest units"),
    "hmac": _("HMAC"),
    "append": _("after the values"),
    "prepend": _("before the values"),
}


def field_of(option: Option) -> forms.Field:
    """The form field of an option; empty means its default, which is shown in the field."""
    label, help_text = LABELS.get(option.name, (option.name.replace("_", " ").capitalize(), ""))
    if option.kind is OptionKind.CHOICE:
        choices = [(choice, CHOICES.get(choice, choice)) for choice in option.choices]
        return forms.ChoiceField(
            label=label, help_text=help_text, choices=choices, required=False, widget=UnfoldAdminSelectWidget
        )
    longest = LONGEST.get(option.kind, 200)
    if option.kind is OptionKind.LINES:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        return forms.CharField(label=label, help_text=help_text, required=False, max_length=longest, widget=widget)
    field = words(label, longest=longest, help_text=help_text)
    field.strip = option.name != "signed_joiner"
    field.widget = UnfoldAdminTextInputWidget(attrs={"placeholder": option.default})
    return field
