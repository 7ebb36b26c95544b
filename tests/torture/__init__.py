"""Torture: power cuts, kills, bad networks, full disks, and what everybody finds afterwards.

Each torture runs for a bounded number of times, few in CI and many by `python3 run.py torture NAME --long`.
"""
