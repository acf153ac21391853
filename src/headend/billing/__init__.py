"""Money: the ledger, payments and the gateways they come through, saved cards, promo codes, buying tariffs."""
