#!/usr/bin/env python3
"""Makes a SQLite database like that of a shop: make_sqlite.py FILE MEGABYTES. The same bytes every time."""
import hashlib
import sqlite3
import sys

path, megabytes = sys.argv[1], float(sys.argv[2])
connection = sqlite3.connect(path, isolation_level=None)
for pragma in ("page_size = 4096", "journal_mode = off", "synchronous = off", "cache_size = -200000"):
    connection.execute("pragma " + pragma)
connection.executescript("""
create table customers (id integer primary key, email text not null, name text not null, secret text, created text);
create table orders (id integer primary key, customer integer not null, status text, total numeric, created text);
create table lines (id integer primary key, item integer not null, product integer not null, quantity integer, price numeric);
create table events (id integer primary key, at text, level text, message text);
""")


def digest(number):
    return hashlib.md5(str(number).encode()).hexdigest()


def fill(table, rows, row):
    marks = ",".join("?" * len(row(1)))
    connection.execute("begin")
    connection.executemany(f"insert into {table} values ({marks})", (row(n) for n in range(1, rows + 1)))
    connection.execute("commit")


scale = megabytes / 100
fill("customers", int(80_000 * scale), lambda n: (n, f"user{n}@shop{n % 97}.example", f"Name {n * 31 % 10007}", digest(n), f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}"))
fill("orders", int(300_000 * scale), lambda n: (n, n * 7919 % 80_000 + 1, ("new", "paid", "sent")[n % 3], n % 90_000 / 100, f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}"))
fill("lines", int(1_000_000 * scale), lambda n: (n, n // 4 + 1, n * 104_729 % 20_000, n % 9 + 1, n % 50_000 / 100))
fill("events", int(350_000 * scale), lambda n: (n, f"2026-11-{n % 28 + 1:02}T{n % 24:02}:{n % 60:02}", ("info", "warn")[n % 2], f"request {digest(n)} took {n % 977} ms"))
connection.executescript("""
create index orders_customer on orders (customer, created);
create index lines_item on lines (item);
create unique index customers_email on customers (email);
pragma journal_mode = wal;
""")
connection.close()
