"""A sealed value opens in its own place alone, even under the key that sealed it."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest

from worksorders.gateways.cipher import Cipher, SealError, WrappedKey

CASE, SUBJECT, OTHER = (uuid.UUID(int=number) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def cipher():
    return Cipher({1: os.urandom(32)}, os.urandom(32))


@pytest.fixture(scope="module")
def key(cipher):
    return WrappedKey(CASE, cipher.new_case_key(CASE), 1)


@pytest.mark.parametrize(
    ("subject", "kind"), [(OTHER, "home.address"), (SUBJECT, "person.name"), (CASE, "home.address")]
)
def test_one_key_opens_a_value_neither_of_another_subject_nor_as_another_kind(cipher, key, subject, kind):
    sealed = cipher.seal(key, SUBJECT, "home.address", "7 Canary Lane")
    assert cipher.open(key, SUBJECT, "home.address", sealed) == "7 Canary Lane"
    with pytest.raises(SealError):
        cipher.open(key, subject, kind, sealed)


def test_a_case_key_is_no_other_cases(cipher, key):
    with pytest.raises(SealError):
        cipher.seal(replace(key, case_id=OTHER), SUBJECT, "home.address", "7 Canary Lane")


@pytest.mark.parametrize(("subject", "kind"), [(OTHER, "app_user.totp"), (SUBJECT, "webhook.secret")])
def test_a_secret_of_an_account_is_no_other_accounts(cipher, subject, kind):
    sealed = cipher.seal_alone(SUBJECT, "app_user.totp", "JBSWY3DP")
    assert cipher.open_alone(SUBJECT, "app_user.totp", sealed) == "JBSWY3DP"
    with pytest.raises(SealError):
        cipher.open_alone(subject, kind, sealed)
