"""What runs: each module starts one process, and is the only place where adapters meet ports."""
