"""May this device play this, and from where: grants, limits and stream addresses."""
