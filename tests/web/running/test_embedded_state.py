"""What `make run` asks a database before it decides to migrate or to load the demo."""

import pytest
from alembic.script import ScriptDirectory

from web.embedded.confine import EngineError
from web.embedded.engines import OWNER_ROLE
from web.embedded.roles import prepare
from web.embedded.state import has_users, newest_revision, schema_revision
from worksorders.store import migrate


def test_the_newest_file_is_the_head_of_the_migrations(postgres):
    scripts = ScriptDirectory.from_config(migrate.configuration(postgres.url(OWNER_ROLE)))
    assert newest_revision() == scripts.get_current_head()


def test_a_migrated_database_has_the_newest_revision_and_nobody_in_it(database):
    assert schema_revision(database.app_url) == newest_revision()
    assert not has_users(database.app_url)


def test_somebody_who_can_sign_in_is_seen(database):
    with database.connect(OWNER_ROLE) as connection:
        connection.execute(
            "insert into app_user (sign_in_name, display_name, role) values ('mere', 'Mere Tauira', 'finance')"
        )
    assert has_users(database.app_url)


def test_a_database_that_was_never_migrated_has_no_revision(postgres):
    prepare(postgres, "works_bare")
    assert schema_revision(postgres.url(database="works_bare")) is None


def test_a_database_that_does_not_answer_is_told_in_one_line(postgres):
    with pytest.raises(EngineError, match='database "works_missing" does not exist') as caught:
        has_users(postgres.url(database="works_missing"))
    assert "\n" not in str(caught.value)
