"""Where addresses are: the port `delivery.ports.GeoLocator` over database files."""
