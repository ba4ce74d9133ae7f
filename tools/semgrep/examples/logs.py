"""Breaches of the rules over log lines, and their fair neighbours, for `semgrep --test`."""

import logging
import traceback

from flask import flash, url_for

from worksorders.steps import audit, disclose, outbox

log = logging.getLogger(__name__)


def note(order, error, row, app, home, found):
    # ruleid: log-of-parts
    log.warning(f"refused {row.id}")
    # ruleid: log-of-parts
    app.logger.info("refused " + row.code)
    # ruleid: log-of-parts
    log.error("refused {}".format(row.code))
    # ok: log-of-parts
    log.warning("refused %s", row.id)
    # ruleid: log-of-a-value
    log.warning("refused %s", error)
    # ruleid: log-of-a-value
    log.warning("refused %s", str(error))
    # ruleid: log-of-a-value
    app.logger.warning("gone to %s", home.address)
    # ruleid: log-of-a-value
    log.info("for %s %s", row.id, row.last_name)
    # ok: log-of-a-value
    log.warning("refused %s", type(error).__name__)
    # ok: log-of-a-value
    log.info("%d rows of %s", 3, order.id)
    # ruleid: log-of-a-traceback
    log.exception("refused")
    # ruleid: log-of-a-traceback
    log.error("refused", exc_info=True)
    # ruleid: log-of-a-traceback
    traceback.print_exc()
    # ok: log-of-a-traceback
    log.error("refused")
    # ruleid: print
    print(order.id)
    # ok: print
    flash("Kept.")


def show(session, sessions, cipher, actor, case_id):
    found = disclose.read(sessions, cipher, actor, case_ids=[case_id], kinds=[], purpose="emergency")
    address = found.of(case_id, "home.address")
    # ruleid: reading-in-a-log, log-of-a-value
    log.warning("seen %s", address)
    # ruleid: reading-in-a-log
    flash(address)
    # ruleid: reading-in-a-log
    url_for("orders.order", near=address)
    # ruleid: reading-in-a-log
    outbox.send(session, "message.send", {"address": address})
    # ruleid: reading-in-a-log
    audit.record(session, actor, "home.seen", ("case", case_id), detail={"address": address})
    # ok: reading-in-a-log
    audit.record(session, actor, "home.seen", ("case", case_id))
    return address
