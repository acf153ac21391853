"""Who watches: customers, accounts, devices, device types, sessions and what an account subscribes to."""
