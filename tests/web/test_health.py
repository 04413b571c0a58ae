"""
What C{/health} says to whom.
"""

from __future__ import annotations

import json

import pytest

from h323d.call.gates import MAINTENANCE
from h323d.call.protection import UNPROTECTED
from h323d.operation.health import healthOf
from h323d.web.health import told


@pytest.mark.parametrize(("shut", "status"), [(None, 200), (MAINTENANCE, 503)])
def test_whoAsksSeesTheStatusAndNoReasons(shut: None, status: int) -> None:
    answer = told(healthOf(shut, UNPROTECTED, False, False))
    assert (answer.status, answer.contentType) == (status, "application/json")
    assert json.loads(answer.body) == {
        "state": "degraded" if shut is None else "down",
        "ok": shut is None,
        "draining": shut is not None,
        "standby": "off",
    }
