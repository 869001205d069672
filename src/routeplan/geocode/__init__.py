"""Addresses to points: services that the user names, and district centres without any."""
