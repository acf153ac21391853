"""Every write on the catalogue: one module per noun."""
