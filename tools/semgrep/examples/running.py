"""Breaches of the rules over text that runs, and their fair neighbours, for `semgrep --test`."""

import os
import subprocess

# ruleid: reader-that-runs
import pickle

# ruleid: reader-that-runs
from marshal import loads

# ruleid: xml-that-expands
from xml.etree import ElementTree

# ok: reader-that-runs
import json

import psycopg
import yaml
from lxml import etree
from psycopg import sql
from sqlalchemy import text

from worksorders.gateways.einvoice.safe_xml import read_tree


def ask(session, connection, name, given):
    # ruleid: sql-of-parts, sql-in-pages
    session.execute(text(f"SELECT * FROM firm WHERE name = '{name}'"))
    # ruleid: sql-of-parts, sql-in-pages
    session.execute(text("SELECT * FROM firm WHERE name = '%s'" % name))
    # ruleid: sql-of-parts, sql-in-pages
    session.scalar(text("SELECT * FROM firm WHERE name = '{}'".format(name)))
    query = "SELECT * FROM firm ORDER BY " + name
    # ruleid: sql-of-parts
    connection.execute(query)
    # ruleid: sql-of-parts, sql-in-pages
    connection.exec_driver_sql(name + " FROM firm")
    # ok: sql-of-parts
    # ruleid: sql-in-pages
    session.execute(text("SELECT * FROM firm WHERE name = :name"), {"name": name})
    # ok: sql-of-parts
    # ruleid: sql-in-pages
    session.execute(text("SELECT * FROM firm" " WHERE active"))
    # ok: sql-of-parts
    connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


def count(session, given):
    # ruleid: sql-in-pages
    session.execute(text("SELECT 1"))
    # ok: sql-in-pages
    session.execute(given)


def run(words, folder):
    # ruleid: shell
    subprocess.run(f"ls {folder}", shell=True)
    # ruleid: shell
    subprocess.Popen(words, shell=words is str)
    # ruleid: shell
    os.system("ls")
    # ok: shell
    subprocess.run(["ls", folder], shell=False)
    # ok: shell
    subprocess.run(["ls", folder], check=True)
    # ruleid: text-that-runs
    eval(words)
    # ruleid: text-that-runs
    exec(words)
    # ok: text-that-runs
    json.loads(words)


def read(content):
    # ruleid: reader-that-runs
    yaml.load(content)
    # ok: reader-that-runs
    yaml.safe_load(content)
    # ruleid: xml-that-expands
    etree.fromstring(content)
    # ok: xml-that-expands
    read_tree(content)
    # ok: xml-that-expands
    etree.tostring(content)
