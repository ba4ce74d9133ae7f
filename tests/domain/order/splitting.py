"""What the tests of splitting an order into visits ask of the visits."""


def lines_of(visits):
    return [set(visit.line_ids) for visit in visits]


def visit_with(visits, line_id):
    return next(visit for visit in visits if line_id in visit.line_ids)


def waits_for(visits, later, earlier):
    """Whether the later line's visit comes after the earlier line's, directly or through others."""
    by_key = {visit.key: visit for visit in visits}
    target = visit_with(visits, earlier).key
    open_keys, seen = [visit_with(visits, later).key], set()
    while open_keys:
        for after in by_key[open_keys.pop()].after:
            if after.visit not in seen:
                seen.add(after.visit)
                open_keys.append(after.visit)
    return target in seen
