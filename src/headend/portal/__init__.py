"""What screens show beside channels: ribbons, selections, applications, games, banners, legal texts, radio, cameras."""
