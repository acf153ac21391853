"""Titles on demand: films and series, their files, people, genres, providers and seances."""
