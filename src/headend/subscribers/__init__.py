"""Customers, accounts, devices and their sessions: who watches."""
