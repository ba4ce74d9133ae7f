"""Looks for subset rows that a mix of routes breaks: odd sets of rows that it fills more than half."""

# mypy: warn-return-any=False

from __future__ import annotations

import numpy as np

from scheduler.engine.kernels.compiled import allocating, compiled
from scheduler.engine.kernels.net import Array


@allocating
def share_of_pairs(member: Array, share: Array, pair: Array) -> None:
    """Fill `pair` with how much of the mix holds both of two rows."""
    pair[:, :] = 0.0
    for c in range(share.shape[0]):
        held = np.nonzero(member[c])[0]
        for a in held:
            for b in held:
                if a != b:
                    pair[a, b] += share[c]


@compiled
def in_all(member: Array, share: Array, i: int, j: int, k: int) -> float:
    """How much of the mix holds all three rows."""
    total = 0.0
    for c in range(share.shape[0]):
        if member[c, i] and member[c, j] and member[c, k]:
            total += share[c]
    return total


@allocating
def violated_triples(
    member: Array, share: Array, pair: Array, least: float, out: Array, amount: Array
) -> int:
    """Triples of rows of which the mix holds two or more `least` more than once; returns how many were written.

    member[c, r] tells whether column c has row r, share[c] how much of it is in the mix; `pair` is filled with
    what each pair of rows has in common.
    """
    share_of_pairs(member, share, pair)
    found = 0
    for i in range(pair.shape[0]):
        near: Array = np.nonzero(pair[i] > 1e-6)[0]
        for p in range(len(near)):
            for q in range(p + 1, len(near)):
                j, k = near[p], near[q]
                total = pair[i, j] + pair[i, k] + pair[j, k]
                if total <= 1 + least or (pair[j, k] > 1e-6 and i > j):
                    continue
                total -= 2 * in_all(member, share, i, j, k)
                if total > 1 + least and found < out.shape[0]:
                    out[found, 0], out[found, 1], out[found, 2], amount[found] = i, j, k, total - 1
                    found += 1
    return found


@compiled
def filled(member: Array, share: Array, one: Array, many: int) -> float:
    """How much of the mix fills these rows, counted in pairs of rows."""
    total = 0.0
    for c in range(share.shape[0]):
        met = 0
        for q in range(many):
            met += member[c, one[q]]
        total += (met >> 1) * share[c]
    return total


@compiled
def grow(member: Array, share: Array, pair: Array, one: Array) -> float:
    """Add to the three rows of `one` the two that make most of it; returns what it then comes to."""
    best, at_j, at_k = 0.0, -1, -1
    rows = pair.shape[0]
    for j in range(rows):
        if j == one[0] or j == one[1] or j == one[2]:
            continue
        if pair[j, one[0]] + pair[j, one[1]] + pair[j, one[2]] < 1e-6:
            continue
        for k in range(rows):
            if k == j or pair[j, k] < 0.05 or k == one[0] or k == one[1] or k == one[2]:
                continue
            if pair[k, one[0]] + pair[k, one[1]] + pair[k, one[2]] < 1e-6:
                continue
            one[3], one[4] = j, k
            total = filled(member, share, one, 5)
            if total > best:
                best, at_j, at_k = total, j, k
    one[3], one[4] = at_j, at_k
    return best


@allocating
def violated_fives(
    member: Array, share: Array, pair: Array, triples: Array, least: float, out: Array, amount: Array
) -> int:
    """Sets of five rows, grown from triples, that the mix fills more than twice; returns how many.

    `pair` is as violated_triples left it.
    """
    found, one = 0, np.zeros(5, np.int64)
    for t in range(triples.shape[0]):
        one[:3] = triples[t]
        total = grow(member, share, pair, one)
        if one[3] >= 0 and total > 2 + least and found < out.shape[0]:
            out[found], amount[found] = one, total - 2
            found += 1
    return found
