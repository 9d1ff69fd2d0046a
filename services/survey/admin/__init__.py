"""Pages of leads and admins. A module adds its views to `pages.blueprint` and is named here.

Addresses: /setup, /admin/…, /comments, /follow-ups…, /imports…, /keys, /users, /people, /privacy, /status. Their
templates are in `services/survey/templates/admin/`.
"""

from services.survey.admin import (
    comments,
    follow_up,
    follow_up_acts,
    follow_ups,
    imports,
    journey_map,
    journeys,
    keys,
    map_parts,
    people_page,
    privacy,
    setup,
    sign_in,
    status_page,
    survey_edit,
    survey_health,
    survey_install,
    survey_new,
    survey_preview,
    survey_sending,
    surveys,
    users,
    voids,
)
from services.survey.admin.pages import blueprint

__all__ = [
    "blueprint",
    "comments",
    "follow_up",
    "follow_up_acts",
    "follow_ups",
    "imports",
    "journey_map",
    "journeys",
    "keys",
    "map_parts",
    "people_page",
    "privacy",
    "setup",
    "sign_in",
    "status_page",
    "survey_edit",
    "survey_health",
    "survey_install",
    "survey_new",
    "survey_preview",
    "survey_sending",
    "surveys",
    "users",
    "voids",
]
