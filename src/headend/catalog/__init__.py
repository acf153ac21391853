"""What is watched and sold: channels, categories, the guide (EPG) and tariffs."""
