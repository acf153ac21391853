"""Games on the screens, and the best scores of each account."""
