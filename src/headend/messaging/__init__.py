"""Messages and commands to devices, and texts to phones and mail boxes."""
