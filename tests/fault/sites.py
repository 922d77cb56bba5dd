"""Where a case's database lives: how to make a fresh one, what state it is in, and what lies about beside it."""

import collections
import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

# Columns of the history that are the same in every run.
HISTORY = "version, name, checksum, state, statements"
RUN_ID = re.compile(r"\d{8}t\d{6}(-?[0-9a-z]+)?|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}")
# A backup has a record for each check it has had; how many there are says nothing.
CHECK_NUMBER = re.compile(r"(?<=checks/ID)\.\d+")


def shape(folder):
    """How many files there are below a folder of each name, with the names of runs, backups and packs made equal."""
    names = collections.Counter()
    for path in Path(folder).rglob("*"):
        # A cache is as good as none.
        if path.is_file() and "cache" not in path.relative_to(folder).parts:
            name = RUN_ID.sub("ID", path.relative_to(folder).as_posix())
            is_check = CHECK_NUMBER.search(name)
            names[CHECK_NUMBER.sub("", name)] = 1 if is_check else names[name] + 1
    return names


def orphans(folder):
    """The packs and index files of backups that were never committed. Not for who removes backups."""
    repository = Path(folder) / "backups"
    runs = {path.name for part in ("packs", "backups") for path in (repository / part).glob("*")}
    return [f"files of backup {run}" for run in sorted(runs) if not (repository / "backups" / run / "manifest.json").exists()]


class SqliteSite:
    name = "sqlite"
    with_server = False

    def __init__(self, folder):
        self.folder = Path(folder)

    def start(self):
        pass

    def stop(self):
        pass

    def url(self, case):
        return "sqlite:shop.db"

    def execute(self, case, sql):
        with contextlib.closing(sqlite3.connect(case / "shop.db")) as connection:
            connection.executescript(sql)

    def clone(self, template, case):
        shutil.copytree(template, case)

    def remove(self, case):
        shutil.rmtree(case, ignore_errors=True)

    def make_source(self, case, sql):
        """A second database, from which is copied; its URL."""
        with contextlib.closing(sqlite3.connect(case / "source.db")) as connection:
            connection.executescript(sql)
        return "sqlite:source.db"

    def source_state(self, case):
        return self.state(case, "source.db")

    def state(self, case, name="shop.db"):
        """Schema, rows and history as one digest."""
        digest = hashlib.sha256()
        if not (case / name).exists():
            return "missing"
        with contextlib.closing(sqlite3.connect(case / name)) as connection:
            if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
                return "damaged"
            objects = connection.execute("select type, name, tbl_name, sql from sqlite_master where name not like 'keel%' "
                                         "and tbl_name not like 'keel%' order by type, name").fetchall()
            digest.update(repr(objects).encode())
            for kind, name, _, _ in objects:
                if kind == "table":
                    digest.update(repr(sorted(map(repr, connection.execute(f'select * from "{name}"')))).encode())
            digest.update(repr(connection.execute(f"select {HISTORY} from keel_migrations order by sequence").fetchall()).encode())
        return digest.hexdigest()

    def is_absent(self, case):
        return not (case / "shop.db").exists()

    def leftovers(self, case):
        return []

    def quick_limit(self, is_slow):
        """How many faults of a scenario a quick run looks at; none: all of the sample."""
        return None

    def after_fault(self, case):
        """What happens to the machine then."""

    def worthwhile(self, found):
        """Of all faults, those that this site is about."""
        return found


class PostgresSite:
    name = "postgres"
    with_server = True
    after_fault = SqliteSite.after_fault
    worthwhile = SqliteSite.worthwhile

    def quick_limit(self, is_slow):
        return 4 if is_slow else 16
    cloning = threading.Lock()  # CREATE DATABASE … TEMPLATE wants the template for itself

    STATE = r"""
select format('select %L, count(*), md5(coalesce(string_agg(x::text, E''\n'' order by x::text), '''')) from %I.%I x', c.relname, n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') order by c.relname \gexec
select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = 'public' order by 1, 2;
select indexdef from pg_indexes where schemaname = 'public' order by 1;
select conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2;
select viewname, definition from pg_views where schemaname = 'public' order by 1;
select indexrelid::regclass from pg_index where not indisvalid;
""" + f"select {HISTORY} from keel.migrations order by sequence;\n"

    def __init__(self, folder):
        self.folder = Path(folder)
        # Beside the folder, which is root's alone, and the server is not.
        self.server = self.folder.with_name(self.folder.name + "-server")
        self.tool = Path(__file__).resolve().parents[2] / "tools/private_postgres"

    def start(self):
        # The server's own durability is not what is tested here.
        subprocess.run([self.tool, "start", self.server], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "KEEL_PG_OPTIONS": "-c fsync=off -c autovacuum=off"})

    def stop(self):
        subprocess.run([self.tool, "stop", self.server], check=False)

    def database(self, case):
        return case.name.replace("-", "_")

    def url(self, case):
        return f"postgresql://owner@/{self.database(case)}?host={self.server}/socket"

    def psql(self, database, sql):
        done = subprocess.run(["psql", "-AtX", "-v", "ON_ERROR_STOP=1", "-h", self.server / "socket", "-U", "owner", "-d", database],
                              input=sql, text=True, capture_output=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout

    def execute(self, case, sql):
        self.psql(self.database(case), sql)

    def clone(self, template, case):
        shutil.copytree(template, case)
        with self.cloning:
            self.psql("postgres", f"create database {self.database(case)} template {self.database(template)}")
        settings = case / "keel.toml"
        settings.write_text(settings.read_text().replace(self.url(template), self.url(case)))

    def databases(self, case):
        """Every database of a case, under whatever name; stems do not overlap."""
        names = self.psql("postgres", "select datname from pg_database order by 1").split()
        return [name for name in names if self.database(case) in name]

    def remove(self, case):
        self.psql("postgres", "select format('drop database if exists %I with (force)', datname) from pg_database "
                  f"where strpos(datname, '{self.database(case)}') > 0 \\gexec")
        shutil.rmtree(case, ignore_errors=True)

    SOURCE = "the_copied"  # one for all cases, which only read it

    def make_source(self, case, sql):
        if not self.psql("postgres", f"select 1 from pg_database where datname = '{self.SOURCE}'"):
            self.psql("postgres", f"create database {self.SOURCE}")
        self.psql(self.SOURCE, sql)
        return f"postgresql://owner@/{self.SOURCE}?host={self.server}/socket"

    def source_state(self, case):
        return self.state(case, self.SOURCE)

    def state(self, case, name=None):
        try:
            return hashlib.sha256(self.psql(name or self.database(case), self.STATE).encode()).hexdigest()
        except RuntimeError as error:
            return f"unreadable: {error}"

    def is_absent(self, case):
        return self.database(case) not in self.databases(case)

    def leftovers(self, case):
        rows = self.psql("postgres", "select datname || ' ' || datallowconn from pg_database "
                         f"where strpos(datname, '{self.database(case)}') > 0 order by 1").splitlines()
        found = [f"database {row.split()[0]}" for row in rows if row.split()[0] != self.database(case)]
        if f"{self.database(case)} true" not in rows:
            found.append("the database takes no connections")
        return found
