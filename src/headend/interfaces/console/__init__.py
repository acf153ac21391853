"""The staff screens: Django admin with Unfold, one module per context."""
