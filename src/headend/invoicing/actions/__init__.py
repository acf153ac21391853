"""Every write on documents."""

from headend.invoicing.actions.invoices import credit_invoice, issue_invoice, issue_invoices, keep_document

__all__ = ["credit_invoice", "issue_invoice", "issue_invoices", "keep_document"]
