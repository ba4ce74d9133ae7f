"""Keep agreements in one way: those recorded by group become answers measure by measure, and their table goes.

Calls get the same barrier as letters and messages: none to a person who must never be asked, and a bar takes back
those that wait.
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION public.refuse_barred_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    person public.home_interest%ROWTYPE;
BEGIN
    SELECT * INTO person FROM public.home_interest h WHERE h.id = NEW.contact_id FOR SHARE;
    IF FOUND AND (person.screening <> 'cleared' OR person.ended_at IS NOT NULL OR person.is_client) THEN
        RAISE EXCEPTION 'this person is not to be reached' USING ERRCODE = 'WS003';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION public.guard_screening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF OLD.screening = 'barred' AND NEW.screening <> 'barred'
       AND (OLD.lift_asked_by IS NULL OR NEW.screened_by IS NULL OR NEW.screened_by = OLD.lift_asked_by) THEN
        RAISE EXCEPTION 'a bar is lifted by two people' USING ERRCODE = 'WS003';
    END IF;
    IF NEW.screening <> 'cleared' THEN
        UPDATE public.interest_contact c SET state = 'stopped'
        WHERE c.interest_id = NEW.id AND c.state = 'queued';
        UPDATE public.call_task t SET state = 'withdrawn', ended_at = clock_timestamp()
        WHERE t.contact_id = NEW.id AND t.state = 'waiting';
    END IF;
    RETURN NEW;
END
$$;
"""
CALLS = """
CREATE TRIGGER call_task_reach BEFORE INSERT OR UPDATE ON call_task FOR EACH ROW
WHEN (NEW.contact_id IS NOT NULL AND NEW.state <> 'withdrawn') EXECUTE FUNCTION public.refuse_barred_call()
"""
# A person for each part that somebody had in an agreement of a home; whoever alone owned it is the client.
PEOPLE = """
INSERT INTO home_interest (id, case_id, position, kind, is_client, screening, screened_at, recorded_at, recorded_by,
                           version)
SELECT gen_random_uuid(), g.case_id, row_number() OVER (PARTITION BY g.case_id ORDER BY g.kind, g.is_client),
       g.kind, g.is_client, 'cleared', g.at, g.at, g.by, 1
FROM (SELECT o.case_id, CASE WHEN c.how = 'not_needed' THEN 'owner' ELSE c.given_by_role END AS kind,
             c.how = 'not_needed' AS is_client, min(c.recorded_at) AS at, (array_agg(c.recorded_by))[1] AS by
      FROM consent c JOIN works_order o ON o.id = c.order_id GROUP BY 1, 2, 3) g
WHERE NOT EXISTS (SELECT FROM home_interest h WHERE h.case_id = g.case_id)
"""
ANSWERS = """
INSERT INTO consent_answer (id, order_id, interest_id, line_id, outcome, how, answered_on, conditions, reinstatement,
                            recorded_at, recorded_by)
SELECT gen_random_uuid(), c.order_id, h.id, l.id, 'granted', CASE c.how WHEN 'written' THEN 'letter' ELSE c.how END,
       c.given_on, c.conditions, c.reinstatement, c.recorded_at, c.recorded_by
FROM consent c
JOIN works_order o ON o.id = c.order_id
JOIN works_line l ON l.order_id = o.id AND l.consent_group = c.consent_group
JOIN home_interest h ON h.case_id = o.case_id AND h.kind = c.given_by_role AND NOT h.is_client
WHERE c.how <> 'not_needed'
"""


def upgrade() -> None:
    """Move what was recorded, then the barriers for calls."""
    op.execute(PEOPLE)
    op.execute(ANSWERS)
    op.drop_table("consent")
    op.execute(FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION public.refuse_barred_call() FROM PUBLIC")
    op.execute(CALLS)
    op.drop_constraint(op.f("ck_interest_contact_channel"), "interest_contact", type_="check")
    op.create_check_constraint(
        op.f("ck_interest_contact_channel"), "interest_contact", "channel IN ('letter', 'message')"
    )


def downgrade() -> None:
    """Nothing lies below the guards: restore a backup instead."""
    raise RuntimeError("The guards cannot be taken away; restore a backup.")
