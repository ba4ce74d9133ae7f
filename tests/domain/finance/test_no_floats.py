"""No float is near money, and the guard that says so has been seen to fail."""

import pytest

from tools.money_floats import floats_in, main, money_files


def test_no_float_is_near_money(capsys):
    assert main() == 0, capsys.readouterr().out
    assert len(list(money_files())) > 80


@pytest.mark.parametrize(
    "planted",
    [
        "rate = 0.15",
        "float('1.5')",
        "def pay(amount: float): ...",
        "import math\nmath.floor(1)",
        "from sqlalchemy import Float",
        "column(Float)",
        "share = total_cents / 3",
        "share = 100 / 3",
        "share = order.net_cents / count",
        "share = len(lines) / 2",
        "share = 1e2",
    ],
)
def test_a_planted_float_is_found_with_its_line(planted):
    if planted.startswith("from"):
        planted += "\nFloat()"
    found = list(floats_in(planted))
    assert found
    assert all(line >= 1 and why for line, why in found)


def test_exact_code_is_left_alone():
    assert not list(floats_in("x = Decimal('0.15') * cents // 100\ny = Decimal(net_cents) / rate\nz = 15"))


def test_a_place_that_is_gone_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="is gone"):
        list(money_files(tmp_path))
