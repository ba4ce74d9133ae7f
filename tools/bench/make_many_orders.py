"""Fill a migrated, empty database with many years of invented orders, by SQL alone: `python -m tools.bench.make_many_orders URL`.

Homes have no protected values at all here: the vault stays empty, since lists never open it. Shares of states are
those of a programme that has run for years: nearly all orders closed, a few hundred alive.
"""

import argparse
import sys
import time

import psycopg

from worksorders.gateways import places

FIRMS = 120
WORKERS_A_FIRM = 4

# Each statement may name :orders; the whole runs in one transaction.
PEOPLE = """
INSERT INTO firm (id, code, name, active)
SELECT gen_random_uuid(), 'FMANY' || n, 'Firm ' || n || ' Limited', true FROM generate_series(1, {firms}) n;

INSERT INTO firm_region (firm_id, region_code)
SELECT f.id, r.code FROM (SELECT id, row_number() OVER (ORDER BY code) AS n FROM firm WHERE code LIKE 'FMANY%') f
JOIN many_region r ON f.n % (SELECT count(*) FROM many_region) + 1 = r.n;

INSERT INTO worker (id, firm_id, first_name, last_name, base_town, base_lat, base_lon)
SELECT gen_random_uuid(), f.id, 'Worker ' || n, 'Of ' || f.code, 'Auckland', -36.8485, 174.7635
FROM firm f, generate_series(1, {workers}) n WHERE f.code LIKE 'FMANY%';

INSERT INTO worker_trade (worker_id, trade)
SELECT w.id, 'locksmith' FROM worker w JOIN firm f ON f.id = w.firm_id WHERE f.code LIKE 'FMANY%';

INSERT INTO app_user (id, sign_in_name, display_name, role, firm_id)
SELECT gen_random_uuid(), 'many' || n, 'Coordinator ' || n, 'coordinator', NULL FROM generate_series(1, 20) n;
"""

SEEDS = """
CREATE TEMP TABLE many_seed ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS case_id, gen_random_uuid() AS assessment_id, gen_random_uuid() AS order_id,
    (SELECT code FROM many_region r WHERE r.n = s.n % (SELECT count(*) FROM many_region) + 1) AS region_code,
    u.id AS user_id, f.id AS firm_id, w.id AS worker_id,
    (ARRAY['P1','P2','P2','P3','P3','P3','P3','P4'])[1 + n % 8] AS urgency,
    CASE WHEN n <= :orders * 0.94 THEN 'closed'
         WHEN n <= :orders * 0.97 THEN 'issued'
         WHEN n <= :orders * 0.98 THEN 'cancelled'
         ELSE (ARRAY['draft','consent_pending','approval_pending','ready','on_hold','issued','issued'])[1 + n % 7]
    END AS state,
    :starts::timestamptz + n * (interval '1460 days' / :orders) AS raised_at
FROM generate_series(1, :orders) AS s (n)
JOIN (SELECT id, row_number() OVER (ORDER BY sign_in_name) AS k FROM app_user WHERE sign_in_name LIKE 'many%') u
    ON u.k = s.n % 20 + 1
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS k FROM firm WHERE code LIKE 'FMANY%') f
    ON f.k = s.n % {firms} + 1
JOIN LATERAL (SELECT id FROM worker WHERE firm_id = f.id ORDER BY id LIMIT 1) w ON true;
"""

ORDERS = """
INSERT INTO case_file (id, code, region_code, area_code, built_before_2000, created_at, created_by)
SELECT case_id, 'C-MANY-' || n, region_code, region_code, n % 2 = 0, raised_at, user_id FROM many_seed;

INSERT INTO assessment (id, code, case_id, agency, urgency, adults, children, state, assessed_on, received_at, received_by)
SELECT assessment_id, 'A-MANY-' || n, case_id, 'Agency ' || n % 9, urgency, 1, n % 4,
    CASE WHEN n % 400 = 0 AND state = 'cancelled' THEN 'superseded' ELSE 'ordered' END,
    (raised_at - interval '1 day')::date, raised_at - interval '1 hour', user_id
FROM many_seed;

INSERT INTO assessment (id, code, case_id, agency, urgency, adults, children, state, assessed_on, received_at, received_by)
SELECT gen_random_uuid(), 'A-WAIT-' || n, case_id, 'Agency', urgency, 1, 0, 'waiting',
    raised_at::date, raised_at + interval '1 minute', user_id
FROM many_seed WHERE n % 200 = 0;

INSERT INTO opening (id, assessment_id, position, kind, label, state, state_at)
SELECT gen_random_uuid(), assessment_id, p, 'window', 'window ' || p,
    CASE WHEN state = 'issued' AND p = 1 AND n % 5 = 0 THEN 'insecure' ELSE 'secure' END, raised_at
FROM many_seed, generate_series(1, 2) p;

INSERT INTO works_order (id, code, assessment_id, case_id, region_code, area_code, urgency, state, version, raised_at,
    raised_by, make_safe_due_at, permanent_due_at, issued_at, issued_by, issued_on, closed_at)
SELECT order_id, 'W-MANY-' || n, assessment_id, case_id, region_code, region_code, urgency, state, 1, raised_at,
    user_id, CASE WHEN urgency IN ('P1', 'P2') THEN raised_at + interval '1 day' END, raised_at + interval '14 days',
    CASE WHEN state IN ('closed', 'issued') THEN raised_at + interval '1 day' END,
    CASE WHEN state IN ('closed', 'issued') THEN user_id END,
    CASE WHEN state IN ('closed', 'issued') THEN (raised_at + interval '1 day')::date END,
    CASE WHEN state = 'closed' THEN raised_at + interval '12 days' END
FROM many_seed;

INSERT INTO visit (id, code, order_id, position, trade, crew, minutes, interim, ready_on, due_at, state, firm_id,
    start_at, end_at, version)
SELECT gen_random_uuid(), 'V-MANY-' || n || '-' || p, order_id, p, 'locksmith', 1, 60, p = 1 AND n % 6 = 0,
    raised_at::date, raised_at + p * interval '5 days',
    CASE WHEN state = 'closed' THEN 'done' WHEN state = 'cancelled' THEN 'cancelled'
         WHEN state = 'issued' THEN (ARRAY['unplanned','offered','accepted','done','no_access'])[1 + (n + p) % 5]
         ELSE 'unplanned' END,
    CASE WHEN state IN ('closed', 'issued') THEN firm_id END,
    CASE WHEN state IN ('closed', 'issued') THEN raised_at + p * interval '4 days' END,
    CASE WHEN state IN ('closed', 'issued') THEN raised_at + p * interval '4 days' + interval '1 hour' END, 1
FROM many_seed, generate_series(1, 2) p WHERE p = 1 OR n % 3 = 0;

INSERT INTO works_line (id, order_id, position, item_code, measure, offer_name, kind, quantity, unit, rate, minutes,
    trade, crew, lead_working_days, consent_group, evidence, visit_id, version)
SELECT gen_random_uuid(), v.order_id, v.position * 2 + p, 'LK03', 'Rekey cylinder', 'Lock work', 'work', 1, 'each',
    70 + p, 20, 'locksmith', 1, 0, 'locks', 'photo', v.id, 1
FROM visit v, generate_series(0, 1) p WHERE v.code LIKE 'V-MANY-%' AND (p = 0 OR v.position = 2);

INSERT INTO line_done (id, line_id, visit_id, firm_id, done_quantity, done_at, done_by)
SELECT gen_random_uuid(), l.id, v.id, v.firm_id, 1, v.end_at, o.raised_by
FROM works_line l JOIN visit v ON v.id = l.visit_id JOIN works_order o ON o.id = l.order_id
WHERE v.state = 'done' AND v.code LIKE 'V-MANY-%';

INSERT INTO line_accepted (id, line_id, quantity, accepted_at, accepted_by)
SELECT gen_random_uuid(), d.line_id, 1, d.done_at, d.done_by
FROM line_done d JOIN works_line l ON l.id = d.line_id JOIN works_order o ON o.id = l.order_id
WHERE o.state = 'closed' AND o.code LIKE 'W-MANY-%';
"""

OFFERS = """
INSERT INTO offer (id, code, order_id, firm_id, state, urgent, price_cents, opened_at, expires_at, responded_at, version)
SELECT gen_random_uuid(), 'O-MANY-' || n || '-' || p, order_id, firm_id,
    CASE WHEN p = 1 THEN (ARRAY['declined','lapsed'])[1 + n % 2] WHEN state = 'issued' AND n % 3 = 0 THEN 'open'
         ELSE 'accepted' END, urgency = 'P1', 14000 + n % 90000,
    raised_at + p * interval '1 day', raised_at + (p + 1) * interval '1 day', raised_at + p * interval '26 hours', 1
FROM many_seed, generate_series(1, 2) p WHERE state IN ('closed', 'issued') AND (p = 2 OR n % 8 = 0);

INSERT INTO invoice (id, firm_id, order_id, number, number_normalised, source, issued_on, received_at, received_by,
    net_cents, gst_cents, total_cents, payable_cents, state, version)
SELECT gen_random_uuid(), firm_id, order_id, 'MANY-' || n, 'MANY' || n, 'portal', (raised_at + interval '13 days')::date,
    raised_at + interval '13 days', user_id, 20000, 3000, 23000, 23000,
    CASE WHEN n > :orders * 0.93 THEN (ARRAY['exceptions','matched','approved'])[1 + n % 3]
         WHEN n % 50 = 0 THEN 'rejected' ELSE 'paid' END, 1
FROM many_seed WHERE state = 'closed';

INSERT INTO invoice_line (id, invoice_id, position, line_id, order_code, item_code, description, quantity, unit, rate,
    amount_cents)
SELECT gen_random_uuid(), i.id, l.position, l.id, o.code, l.item_code, l.measure, 1, l.unit, l.rate, 7000
FROM invoice i JOIN works_order o ON o.id = i.order_id JOIN works_line l ON l.order_id = o.id
WHERE i.number LIKE 'MANY-%';
"""

TRAIL = """
INSERT INTO audit_event (at, actor_id, action, subject_table, subject_id, detail)
SELECT raised_at + p * interval '1 day', user_id,
    (ARRAY['order.raised','order.approved','order.issued','order.closed'])[p], 'works_order', order_id, '{{}}'
FROM many_seed, generate_series(1, 4) p;
"""


def fill(connection: psycopg.Connection, orders: int = 40_000) -> None:
    """Put in the rows and gather the planner's statistics; the connection is in autocommit mode."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        if cursor.execute("SHOW is_superuser").fetchone() == ("on",):
            # The rows fit each other by how they are made, so the engine's owner need not have each one checked.
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("CREATE TEMP TABLE many_region (n int, code text) ON COMMIT DROP")
        codes = [(number, region.code) for number, region in enumerate(places.regions(), start=1)]
        cursor.executemany("INSERT INTO many_region VALUES (%s, %s)", codes)
        for part in (PEOPLE, SEEDS, ORDERS, OFFERS, TRAIL):
            filled = part.format(firms=FIRMS, workers=WORKERS_A_FIRM).replace(":orders", str(orders))
            cursor.execute(filled.replace(":starts", "'2022-12-01T00:00:00Z'"))
    connection.execute("ANALYZE")


def main() -> None:
    """Fill the database that is named and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="an empty, migrated database: postgresql://user:password@host/name")
    parser.add_argument("--orders", type=int, default=40_000)
    given = parser.parse_args()
    began = time.monotonic()
    with psycopg.connect(given.url.replace("+psycopg", "", 1), autocommit=True) as connection:
        fill(connection, given.orders)
    print(f"{given.orders} orders in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
