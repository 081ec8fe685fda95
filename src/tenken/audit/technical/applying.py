"""What one import tells becomes what stands of its system: a few statements over whole tables, in one short transaction.

Written as SQL that SQLite and PostgreSQL both take: row by row a hundred thousand places would hold the writer's lock for
minutes. ``not_seen_since`` does not depend on the order imports come in: it is the first full scan of the host by that
tool after the place was last seen.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

from django.db import connection

from tenken.audit.models import ScanImport, Weakness
from tenken.audit.technical.records import SEVERITIES
from tenken.audit.technical.rules.urgency import urgency

_DESCRIBED: Final = (
    "title",
    "severity",
    "score",
    "vector",
    "cvss",
    "cves",
    "cwes",
    "description",
    "solution",
    "links",
    "end_of_support",
)

_WEAKNESSES: Final = f"""
INSERT INTO audit_weakness (system_id, tool, rule, {", ".join(_DESCRIBED)},
    exposed, urgency, hosts, places, first_seen_at, last_seen_at, returns)
SELECT %(system)s, r.tool, r.rule, {", ".join(f"r.{name}" for name in _DESCRIBED)},
    FALSE, 0, 0, 0, %(at)s, %(at)s, 0
FROM audit_reportedweakness r WHERE r.scan_id = %(scan)s
ON CONFLICT (system_id, tool, rule) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _DESCRIBED)}
WHERE excluded.last_seen_at >= audit_weakness.last_seen_at
"""  # noqa: S608 - names of columns, no input

_PLACES: Final = """
INSERT INTO audit_weaknessplace (weakness_id, "key", host, port, protocol, service, location, output,
    exposed, first_seen_at, last_seen_at)
SELECT w.id, p."key", p.host, p.port, p.protocol, p.service, p.location, p.output,
    COALESCE(h.exposed, FALSE), %(at)s, %(at)s
FROM audit_reportedweakness r
JOIN audit_reportedplace p ON p.reported_id = r.id
JOIN audit_weakness w ON w.system_id = %(system)s AND w.tool = r.tool AND w.rule = r.rule
LEFT JOIN audit_hostscan h ON h.scan_id = r.scan_id AND h.tool = r.tool AND h.host = p.host
WHERE r.scan_id = %(scan)s
ON CONFLICT (weakness_id, "key") DO UPDATE SET
    returned_at = CASE
        WHEN audit_weaknessplace.not_seen_since <= excluded.last_seen_at
            AND (audit_weaknessplace.returned_at IS NULL
                OR audit_weaknessplace.returned_at < excluded.last_seen_at)
        THEN excluded.last_seen_at ELSE audit_weaknessplace.returned_at END,
    service = CASE WHEN excluded.last_seen_at >= audit_weaknessplace.last_seen_at
        THEN excluded.service ELSE audit_weaknessplace.service END,
    output = CASE WHEN excluded.last_seen_at >= audit_weaknessplace.last_seen_at
        THEN excluded.output ELSE audit_weaknessplace.output END,
    exposed = CASE WHEN excluded.last_seen_at >= audit_weaknessplace.last_seen_at
        THEN excluded.exposed ELSE audit_weaknessplace.exposed END,
    first_seen_at = CASE WHEN excluded.first_seen_at < audit_weaknessplace.first_seen_at
        THEN excluded.first_seen_at ELSE audit_weaknessplace.first_seen_at END,
    last_seen_at = CASE WHEN excluded.last_seen_at > audit_weaknessplace.last_seen_at
        THEN excluded.last_seen_at ELSE audit_weaknessplace.last_seen_at END,
    not_seen_since = NULL
"""

_NOT_SEEN: Final = """
UPDATE audit_weaknessplace AS p SET not_seen_since = (
    SELECT MIN(s.scanned_at) FROM audit_hostscan h JOIN audit_scanimport s ON s.id = h.scan_id
    WHERE h.host = p.host AND h.tool = w.tool AND s.system_id = w.system_id
        AND s.status = 'applied' AND NOT s.partial AND s.scanned_at > p.last_seen_at)
FROM audit_weakness w
WHERE w.id = p.weakness_id AND w.system_id = %(system)s AND EXISTS (
    SELECT 1 FROM audit_hostscan h WHERE h.scan_id = %(scan)s AND h.tool = w.tool AND h.host = p.host)
"""

_WEIGHED: Final = """
UPDATE audit_weakness AS w SET
    hosts = a.hosts, places = a.places, first_seen_at = a.first_seen_at, last_seen_at = a.last_seen_at,
    exposed = CASE WHEN a.places > 0 THEN a.exposed = 1 ELSE w.exposed END,
    returned_at = CASE WHEN w.not_seen_since <= %(at)s AND a.places > 0 THEN %(at)s ELSE w.returned_at END,
    returns = w.returns + CASE WHEN w.not_seen_since <= %(at)s AND a.places > 0 THEN 1 ELSE 0 END,
    not_seen_since = CASE WHEN a.places > 0 THEN NULL ELSE a.gone END
FROM (
    SELECT p.weakness_id, COUNT(DISTINCT CASE WHEN p.not_seen_since IS NULL THEN p.host END) AS hosts,
        SUM(CASE WHEN p.not_seen_since IS NULL THEN 1 ELSE 0 END) AS places,
        MAX(CASE WHEN p.not_seen_since IS NULL AND p.exposed THEN 1 ELSE 0 END) AS exposed,
        MIN(p.first_seen_at) AS first_seen_at, MAX(p.last_seen_at) AS last_seen_at,
        MAX(p.not_seen_since) AS gone
    FROM audit_weaknessplace p JOIN audit_weakness x ON x.id = p.weakness_id
    WHERE x.system_id = %(system)s GROUP BY p.weakness_id) a
WHERE a.weakness_id = w.id AND w.system_id = %(system)s
"""

_MACHINES: Final = """
INSERT INTO audit_scannedmachine (system_id, host, host_name, operating_system, support_ended_on, exposed,
    first_scanned_at, last_scanned_at)
SELECT %(system)s, h.host, MAX(h.host_name), MAX(h.operating_system), MAX(h.support_ended_on),
    MAX(CASE WHEN h.exposed THEN 1 ELSE 0 END) = 1, %(at)s, %(at)s
FROM audit_hostscan h WHERE h.scan_id = %(scan)s AND h.host <> '' GROUP BY h.host
ON CONFLICT (system_id, host) DO UPDATE SET
    first_scanned_at = CASE WHEN excluded.first_scanned_at < audit_scannedmachine.first_scanned_at
        THEN excluded.first_scanned_at ELSE audit_scannedmachine.first_scanned_at END,
    host_name = CASE WHEN excluded.host_name <> '' AND {newer}
        THEN excluded.host_name ELSE audit_scannedmachine.host_name END,
    operating_system = CASE WHEN excluded.operating_system <> '' AND {newer}
        THEN excluded.operating_system ELSE audit_scannedmachine.operating_system END,
    support_ended_on = CASE WHEN excluded.operating_system <> '' AND {newer}
        THEN excluded.support_ended_on ELSE audit_scannedmachine.support_ended_on END,
    exposed = CASE WHEN {newer} THEN excluded.exposed ELSE audit_scannedmachine.exposed END,
    last_scanned_at = CASE WHEN {newer}
        THEN excluded.last_scanned_at ELSE audit_scannedmachine.last_scanned_at END
""".replace("{newer}", "excluded.last_scanned_at >= audit_scannedmachine.last_scanned_at")


def merge(scan: ScanImport) -> None:
    """Bring *scan*, just set to applied inside the caller's transaction, into what stands of its system."""
    moment: Any = connection.ops.adapt_datetimefield_value(scan.scanned_at)
    given = {"system": scan.system_id, "scan": scan.pk, "at": moment}
    with connection.cursor() as cursor:
        for statement in (_WEAKNESSES, _PLACES, _NOT_SEEN, _WEIGHED, _MACHINES):
            cursor.execute(statement, given)
    rate(scan.system_id)


def rate(system_id: int) -> None:
    """Set the urgency of a system's weaknesses by the rule."""
    for severity, exposed, ended in product(SEVERITIES, (False, True), (False, True)):
        level = urgency(severity, exposed=exposed, end_of_support=ended)
        Weakness.objects.filter(
            system=system_id, severity=severity, exposed=exposed, end_of_support=ended
        ).exclude(urgency=level).update(urgency=level)
