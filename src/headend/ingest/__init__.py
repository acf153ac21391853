"""Content comes in: providers' packages, a ticket for each, edges, publication."""
