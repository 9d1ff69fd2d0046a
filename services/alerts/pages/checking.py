"""What forms of ours are checked by, under the name that this service's pages know it by."""

from __future__ import annotations

from shared.web.checking import CHANGED_MEANWHILE, checked, seen, unseen

__all__ = ["CHANGED_MEANWHILE", "checked", "seen", "unseen"]
