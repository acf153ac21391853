"""Settings: values from the environment and one file, checked before anything starts."""
