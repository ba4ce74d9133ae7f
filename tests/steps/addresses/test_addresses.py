"""The operator's address list goes in whole, tells its faults by line, and is searched as one types."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from tests import factories
from web import create_app
from web.services import make_services
from worksorders.domain.errors import NotPermittedError
from worksorders.gateways.addresses.file import AddressFileError
from worksorders.steps.addresses.find import find_addresses
from worksorders.steps.addresses.load import INVENTED, load
from worksorders.store.scope import HOUSE, Scope, narrow

HEAD = "address_id,full_address_number,full_road_name,address_number,suburb_locality,town_city,address_lifecycle,gd2000_xcoord,gd2000_ycoord"
LIST = (
    "1,12A,Kōwhai Street,12,,Whangārei,Current,174.3239,-35.7317",
    "2,12,Kōwhai Street,12,,Whangārei,Current,174.3240,-35.7318",
    "3,2/12,Kōwhai Street,12,,Whangārei,Current,174.3241,-35.7319",
    "4,120,Kōwhai Street,120,,Whangārei,Current,174.3242,-35.7320",
    "5,12,Kōwhai Street,12,Richmond,Nelson,Current,173.1840,-41.3390",
    "6,7,St Helens Road,7,Ōpua,Ōpua,Current,174.1170,-35.3140",
    "7,9,Gone Road,9,,Whangārei,Retired,174.3239,-35.7317",
)


def write(path, *rows, head=HEAD):
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def services(new_database, vault_key_file):
    with new_database() as database:
        made = make_services(database.app_url, vault_key_file)
        yield made
        made.engine.dispose()


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "list.csv", *LIST)


def put(services, path, **options):
    with services.sessions.begin() as session:
        return load(session, path, factories.NOW, **options)


def found(services, typed, scope=HOUSE):
    with services.sessions() as session:
        narrow(session, scope)
        return [(one.street, one.town) for one in find_addresses(session, typed)]


def test_the_same_file_twice_changes_nothing_and_what_it_lacks_goes(services, file, tmp_path):
    first, second = put(services, file), put(services, file)
    assert (first.rows, second.changed, second.removed, second.faults) == (6, 0, 0, ())
    changed = write(tmp_path / "next.csv", LIST[0].replace("12A,", "12B,"), *LIST[1:5])
    done = put(services, changed)
    assert (done.rows, done.changed, done.removed) == (5, 1, 1)
    assert put(services, file).changed == 2


def test_a_part_keeps_the_rest_and_much_less_than_before_is_refused(services, file, tmp_path):
    put(services, file)
    small = write(tmp_path / "small.csv", "99,1,Single Lane,1,,Taupō,Current,176.07,-38.68")
    with pytest.raises(NotPermittedError, match="more than half would go"):
        put(services, small)
    assert put(services, small, part=True).removed == 0
    assert found(services, "1 single lane") == [("1 Single Lane", "taupo")]
    assert found(services, "7 st helens")
    assert put(services, file).removed == 1


def test_what_is_typed_finds_the_number_first_with_its_town_and_point(services, file):
    put(services, file)
    assert found(services, "12a kowhai st whangarei") == [("12A Kōwhai Street", "whangarei")]
    assert found(services, "12 kōwhai st whang")[:3] == [
        ("12 Kōwhai Street", "whangarei"),
        ("12A Kōwhai Street", "whangarei"),
        ("2/12 Kōwhai Street", "whangarei"),
    ]
    with services.sessions() as session:
        (nelson,) = find_addresses(session, "kowhai st nelson")
    assert (nelson.street, nelson.town) == ("12 Kōwhai Street, Richmond", "nelson")
    assert nelson.label == "12 Kōwhai Street, Richmond, Nelson (Nelson)"
    assert (str(nelson.latitude), str(nelson.longitude)) == ("-41.339000", "173.184000")
    assert found(services, "gone road") == []
    assert found(services, "12") == []
    assert len(found(services, "kowhai street")) == 5


def test_the_office_alone_searches(services, file):
    put(services, file)
    person = uuid.uuid4()
    assert found(services, "kowhai", Scope("staff", person))
    assert found(services, "kowhai", Scope("firm", person, person)) == []
    assert found(services, "kowhai", Scope("nobody")) == []


def test_rows_that_cannot_be_read_are_told_by_line(services, tmp_path):
    broken = write(
        tmp_path / "broken.csv",
        *LIST[:6],
        "x,1,Some Road,1,,Taupō,Current,176,-38",
        "20,,Some Road,1,,Taupō,Current,176,-38",
        "21,1,Some Road,1,,Taupō,Current,2.35,48.85",
        "22,1,Some Road,1,,Taupō,Current,here,-38",
        "23,1,Some Road",
        LIST[0],
        '24,"1","Two ""quoted"" {Road}, \\N",1,,Taupō,Current,176.07,-38.68',
    )
    done = put(services, broken)
    assert [(fault.line, fault.message) for fault in done.faults] == [
        (8, "address_id “x” is not a whole number"),
        (9, "it has no number or no road"),
        (10, "the point 48.85, 2.35 is not in New Zealand"),
        (11, "gd2000_xcoord and gd2000_ycoord are not degrees"),
        (12, "has 3 values, the first line names 9 columns"),
        (13, "address_id 1 stands in the file twice"),
    ]
    assert done.rows == 7
    assert found(services, "two quoted road") == [('1 Two "quoted" {Road}, \\N', "taupo")]


def test_a_file_that_is_no_list_changes_nothing(services, file, tmp_path):
    put(services, file)
    with pytest.raises(AddressFileError, match="lacks the columns full_road_name, gd2000_ycoord"):
        put(
            services,
            write(tmp_path / "other.csv", head=HEAD.replace("full_road_name", "x").replace("gd2000_y", "y")),
        )
    latin = tmp_path / "latin.csv"
    latin.write_bytes((HEAD + "\n" + LIST[0]).encode("utf-8").replace("ō".encode(), b"\xf5"))
    with pytest.raises(AddressFileError, match="not UTF-8"):
        put(services, latin)
    with services.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM address")) == 6


def test_the_command_loads_the_invented_list_and_tells(services, tmp_path):
    run = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services}).test_cli_runner().invoke
    told = run(args=["addresses", "load", str(INVENTED)])
    assert told.exit_code == 0
    assert "600 addresses: 600 new or changed" in told.output
    assert (
        "0 new or changed, 0 removed, 0 lines left out"
        in run(args=["addresses", "load", str(INVENTED)]).output
    )
    wrong = run(args=["addresses", "load", str(write(tmp_path / "x.csv", head="a,b"))])
    assert (wrong.exit_code, "lacks the columns" in wrong.output) == (1, True)
    some = write(tmp_path / "y.csv", "x,1,Some Road,1,,Taupō,Current,176,-38")
    assert "Line 2 is left out" in run(args=["addresses", "load", "--part", str(some)]).output
    assert ("12A Kōwhai Slate Street", "whangarei") in found(services, "12a kowhai st whangarei")
