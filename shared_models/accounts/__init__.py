"""Organisations, people, memberships, modules, lines, and the rule who may do what."""
