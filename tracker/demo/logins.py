"""The people of the demonstration, for `load_demo` to open their accounts and `make run` to print them."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "remission-watch-demo"  # noqa: S105 known to everybody, see below
"""Of every demo login. It is printed for everybody to see: `load_demo` refuses to run in production."""
BOTH = ("northern", "harbour")


@dataclass(frozen=True, slots=True)
class Login:
    """One demo login; `role` is one of `patients.models.Role`, `sites` are codes of `tracker/demo/sites.py`."""

    username: str
    role: str
    first_name: str
    last_name: str
    sites: tuple[str, ...]
    title: str


LOGINS = (
    Login("physician", "physician", "Willow", "Larch", ("northern",), "physician, Northern unit"),
    Login("nurse", "nurse", "Juniper", "Ash", ("northern",), "nurse, Northern unit"),
    Login("administrator", "administrator", "Sequoia", "Oak", BOTH, "administrator, both units"),
    Login("auditor", "auditor", "Laurel", "Yew", BOTH, "auditor, both units"),
    Login("physician2", "physician", "Rowan", "Cypress", ("harbour",), "physician, Harbour unit"),
    Login("nurse2", "nurse", "Aspen", "Birch", ("harbour",), "nurse, Harbour unit"),
    Login("cover", "physician", "Hazel", "Spruce", BOTH, "physician, cover of both units"),
)
TEAMS = {"northern": ("physician", "cover", "nurse"), "harbour": ("physician2", "cover", "nurse2")}
"""Usernames of physician, cover and nurse of each unit."""
