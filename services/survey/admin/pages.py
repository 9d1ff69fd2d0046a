"""The blueprint of all pages of leads and admins in this service; its endpoints read `admin.<view>`."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
