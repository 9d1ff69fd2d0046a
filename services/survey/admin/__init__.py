"""Pages of leads and admins. A module adds its views to `pages.blueprint` and is named here.

Addresses: /setup, /admin/…, /comments, /imports…, /keys, /users, /privacy, /status. Their templates are in
`services/survey/templates/admin/`.
"""

from services.survey.admin import sign_in
from services.survey.admin.pages import blueprint

__all__ = ["blueprint", "sign_in"]
