"""Shoal beside public tools, on one machine in one run."""
