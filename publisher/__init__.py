"""Policy Publisher: release, compare, announce and prove the policies that bind customers."""

__version__ = "0.1.0"
