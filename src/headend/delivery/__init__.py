"""Where streams come from: data centres, streaming servers, their addresses and tokens, maintenance."""
