"""How the world calls us: each module translates, then calls one action or query."""
