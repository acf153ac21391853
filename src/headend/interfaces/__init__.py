"""How the world calls us: translate, then call one action or query."""
