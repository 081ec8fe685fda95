"""Handing out stored files to those who may reach what they belong to."""
