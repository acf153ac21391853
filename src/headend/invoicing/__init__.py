"""Invoices, credit notes and other documents for customers; as PDF, made from templates."""
