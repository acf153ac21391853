"""Systems that an operator moves in from: where their tables lie, and what those mean."""
