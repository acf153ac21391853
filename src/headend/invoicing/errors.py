"""What can go wrong with documents."""

from headend.kernel.errors import HeadendError, Invalid


class NothingToInvoice(Invalid):
    """In the period nothing was sold to the customer that is not on an invoice already."""

    code = "nothing_to_invoice"


class AlreadyCredited(Invalid):
    """The invoice was taken back by a credit note, or is one itself."""

    code = "already_credited"


class BadTemplate(Invalid):
    """A template cannot be made into a document; the message says why, in the words of the typesetter."""

    code = "bad_template"


class RendererFailed(HeadendError):
    """The typesetter took too long or too much memory, or is not there."""

    code = "renderer_failed"
