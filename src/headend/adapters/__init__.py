"""How we call the world: one folder per port, one module per product. Adapters never see the records."""
