"""The catalogue that ships, read once for these tests."""

from pathlib import Path

import pytest

import catalogue
from catalogue.load import load_catalogue, load_findings

DATA = Path(catalogue.__file__).parent / "data"


@pytest.fixture(scope="session")
def catalogue_csv():
    return (DATA / "catalogue.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def findings_csv():
    return (DATA / "findings.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def items(catalogue_csv):
    return load_catalogue(catalogue_csv)


@pytest.fixture(scope="session")
def rules(findings_csv, items):
    return load_findings(findings_csv, items)
