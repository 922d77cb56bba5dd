"""A made-up project's history: some hundred migrations as plain SQL, for PostgreSQL and for SQLite, with what real ones
are full of: text that looks like the end of a statement, functions, triggers, data, statements that want no transaction,
files that begin and commit themselves, files that hold nothing."""

import random
from dataclasses import dataclass, field


@dataclass
class Step:
    name: str
    up: str  # whole statements, each ended by its semicolon and a line's end
    down: str = ""
    transaction: bool = True
    bodies: bool = False  # a statement has semicolons inside
    traits: set = field(default_factory=set)
    own_form: dict = field(default_factory=dict)  # layout -> the up as only that one writes it


TEXTS = ["plain", "it''s; here", "-- no comment", "/* neither */", "two\nlines; and more", "$$", "back\\slash", "äöü €", "a\tb"]


class History:
    """Grows a schema by steps that fit what is there."""

    def __init__(self, seed, count):
        self.random = random.Random(seed)
        self.count = count
        self.tables = {}  # name -> columns that may be dropped
        self.rows = {}
        self.made = 0
        self.steps = []

    def add(self, name, up, down="", **options):
        self.steps.append(Step(f"{name}_{len(self.steps)}", up, down, **options))

    def grow(self):
        self.begin()
        special = self.special()
        every = max(2, self.count // (len(special) + 1))
        while len(self.steps) < self.count or special:
            if special and (len(self.steps) % every == 0 or len(self.steps) >= self.count):
                special.pop(0)()
            else:
                self.random.choice(self.usual())()
        for step in self.steps[3::11]:  # as an editor on Windows leaves it
            if "two\nlines" not in step.up and "copy" not in step.traits:
                step.up = step.up.replace("\n", "\r\n")
        return self.steps

    def some_table(self):
        return self.random.choice(sorted(self.tables))

    def new_table_name(self):
        self.made += 1
        return f'"Odd {self.made}"' if self.made % 9 == 0 else f"t{self.made}"

    def text(self):
        return "'" + self.random.choice(TEXTS) + "'"

    def add_rows(self):
        table = self.some_table()
        first = self.rows[table]
        self.rows[table] += 3
        values = ",\n  ".join(f"({first + n}, {self.text()})" for n in range(3))
        self.add("rows", f"insert into {table} (id, label) values\n  {values};\n", f"delete from {table} where id >= {first};\n")

    def change_rows(self):
        table = self.some_table()
        self.add("change", f"update {table} set label = {self.text()} where id % 2 = 0; -- even; ones\n"
                           f"delete from {table} where id % 7 = 6;\n")

    def add_column(self):
        table = self.some_table()
        self.made += 1
        column = f"c{self.made}"
        kind = self.random.choice(["integer default 7", "text default 'x;y'", "text", "integer not null default 0"])
        self.tables[table].append(column)
        self.add("column", f"alter table {table} add column {column} {kind};\n", f"alter table {table} drop column {column};\n")

    def drop_column(self):
        table = self.some_table()
        if not self.tables[table]:
            return self.add_column()
        column = self.tables[table].pop(0)
        self.add("less", f"alter table {table} drop column {column};\n", f"alter table {table} add column {column} text;\n")

    def rename_column(self):
        table = self.some_table()
        if not self.tables[table]:
            return self.add_column()
        column = self.tables[table].pop(0)
        self.made += 1
        self.tables[table].append(f"r{self.made}")
        self.add("rename", f"alter table {table} rename column {column} to r{self.made};\n",
                 f"alter table {table} rename column r{self.made} to {column};\n")

    def add_index(self):
        table = self.some_table()
        self.made += 1
        what = self.random.choice(["label", "lower(label)", "id desc, label"])
        where = self.random.choice(["", " where id > 3"])
        self.add("index", f"create index i{self.made} on {table} ({what}){where};\n", f"drop index i{self.made};\n")

    def add_view(self):
        table = self.some_table()
        self.made += 1
        self.add("view", f"create view v{self.made} as\n  select id, label || ';' as \"label;\" from {table} where label <> '--';\n",
                 f"drop view v{self.made};\n")
        self.tables[table] = []  # its columns stay

    def nothing(self):
        self.add("nothing", "-- nothing to do; at all\n/* and\n   nothing here; */\n")

    def drop_table(self):
        self.made += 1
        self.add("short_lived", f"create table gone{self.made} (id integer);\ninsert into gone{self.made} values (1);\n"
                                f"drop table gone{self.made};\n", f"select 1;\n")


class PostgresHistory(History):
    def begin(self):
        for _ in range(3):
            self.add_table()

    def usual(self):
        return [self.add_table, self.add_rows, self.add_rows, self.change_rows, self.add_column, self.add_column, self.drop_column,
                self.rename_column, self.add_index, self.add_view, self.comment, self.constrain, self.drop_table]

    def special(self):
        return [self.function, self.nothing, self.enum, self.concurrent_index, self.do_block, self.own_transaction, self.trigger,
                self.copy_rows, self.search_path, self.partitions, self.several_of_all, self.no_last_line_end, self.vacuum,
                self.own_settings, self.commits_inside, self.meta_lines, self.grants, self.nested_comment, self.procedure]

    def add_table(self):
        table = self.new_table_name()
        self.tables[table] = []
        self.rows[table] = 1
        key = self.random.choice(["integer primary key", "bigint generated by default as identity primary key", "bigserial primary key"])
        others = sorted(set(self.tables) - {table})
        reference = f",\n  other integer references {others[0]} (id) on delete cascade" if others and self.random.random() < 0.4 else ""
        self.add("table", f"create table {table} (\n  id {key}, -- the key; of course\n  label text default {self.text()}{reference},\n"
                          f"  check (label <> ';')\n);\n", f"drop table {table};\n")

    def comment(self):
        table = self.some_table()
        self.add("comment", f"comment on table {table} is E'it\\'s; {len(self.steps)}';\n", f"comment on table {table} is null;\n")

    def constrain(self):
        table = self.some_table()
        self.made += 1
        self.add("constraint", f"alter table {table} add constraint k{self.made} check (id > -{self.made}) not valid;\n"
                               f"alter table {table} validate constraint k{self.made};\n",
                 f"alter table {table} drop constraint k{self.made};\n")

    def function(self):
        self.add("function", "create function twice(n integer) returns integer language plpgsql as $body$\n"
                             "begin\n  -- not the end; here\n  return n * 2; /* $$ */\nend;\n$body$;\n\n"
                             "create or replace function half(n integer) returns integer language sql as 'select n / 2; select n / 2;';\n",
                 "drop function half(integer);\ndrop function twice(integer);\n", bodies=True)

    def procedure(self):
        self.add("procedure", "create function first_label() returns text language sql begin atomic\n"
                              "  select 'a;b';\n  select case when true then 'x;' else 'y' end;\nend;\n",
                 "drop function first_label();\n", bodies=True)

    def enum(self):
        self.add("enum", "create type mood as enum ('sad', 'ok;');\ncreate table moods (id integer primary key, label text, mood mood);\n",
                 "drop table moods;\ndrop type mood;\n")
        self.add("mood", "alter type mood add value 'great' after 'ok;';\n")
        self.add("great", "insert into moods (id, label, mood) values (1, 'x', 'great');\n"
                          "alter table moods alter column mood set default 'great';\n")

    def concurrent_index(self):
        table = self.some_table()
        self.made += 1
        self.add("concurrently", f"create index concurrently i{self.made} on {table} (label);\n",
                 f"drop index concurrently i{self.made};\n", transaction=False)

    def vacuum(self):
        self.add("vacuum", f"vacuum {self.some_table()};\n", transaction=False)

    def do_block(self):
        self.add("block", "do $$\ndeclare n integer;\nbegin\n  for n in 1..3 loop\n    execute format('create table made_%s (id int)', n);\n"
                          "  end loop;\nend $$;\n", "drop table made_1;\ndrop table made_2;\ndrop table made_3;\n", bodies=True)

    def own_transaction(self):
        self.made += 1
        self.add("own", f"BEGIN;\n\ncreate table own{self.made} (id integer);\ninsert into own{self.made} values (1);\n\nCOMMIT;\n",
                 f"begin;\ndrop table own{self.made};\ncommit;\n", traits={"own transaction"})

    def trigger(self):
        table = self.some_table()
        self.add("trigger", "create function touched() returns trigger language plpgsql as $$ begin new.label := coalesce(new.label, ';'); "
                            f"return new; end; $$;\ncreate trigger touching before insert on {table}\n  for each row execute function touched();\n",
                 f"drop trigger touching on {table};\ndrop function touched();\n", bodies=True)

    def copy_rows(self):
        self.add("copied", "create table copied (id integer, label text);\nCOPY copied (id, label) FROM stdin;\n"
                           "1\tone; still one\n2\t\\N\n3\tit's $$ -- here\n\\.\n\ncreate index copied_label on copied (label);\n",
                 "drop table copied;\n", traits={"copy"})

    def search_path(self):
        self.add("schema", "create schema elsewhere;\nset search_path to elsewhere;\ncreate table hidden (id integer);\n",
                 "drop schema elsewhere cascade;\n", traits={"session"})

    def own_settings(self):
        self.add("dumped", "SET statement_timeout = 0;\nSET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n"
                           "SET default_tablespace = '';\n\nCREATE TABLE public.dumped (\n    id integer NOT NULL\n);\n\n"
                           "ALTER TABLE ONLY public.dumped\n    ADD CONSTRAINT dumped_pkey PRIMARY KEY (id);\n",
                 "drop table public.dumped;\n", traits={"session"})

    def partitions(self):
        self.add("partitions", "create table events (at date not null, label text) partition by range (at);\n"
                               "create table events_old partition of events for values from (minvalue) to ('2026-01-01');\n"
                               "create table events_new partition of events for values from ('2026-01-01') to (maxvalue);\n"
                               "insert into events values ('2025-05-05', ';'), ('2026-05-05', '--');\n"
                               "create index events_at on events (at);\n", "drop table events;\n")

    def several_of_all(self):
        self.add("several", "create materialized view many as select generate_series(1, 3) as id;\ncreate unique index many_id on many (id);\n"
                            "refresh materialized view many;\ncreate domain plus as integer check (value > 0);\n"
                            "create sequence counted increment by 5;\nselect nextval('counted');\n"
                            "create extension if not exists pg_trgm;\ncreate rule quiet as on delete to moods do also select 1;\n",
                 "drop rule quiet on moods;\ndrop sequence counted;\ndrop domain plus;\ndrop materialized view many;\n")

    def no_last_line_end(self):
        self.made += 1
        self.add("abrupt", f"create table abrupt{self.made} (id integer) -- no end", f"drop table abrupt{self.made};\n", traits={"abrupt"})

    def commits_inside(self):
        self.add("batches", "do $$\nbegin\n  for i in 1..2 loop\n    insert into moods (id, label) values (100 + i, 'batch');\n    commit;\n"
                            "  end loop;\nend $$;\n", transaction=False, bodies=True, traits={"directive"})

    def meta_lines(self):
        self.add("restricted", "\\restrict aBc\ncreate table restricted (id integer);\n\\unrestrict aBc\n", "drop table restricted;\n",
                 traits={"psql"})

    def grants(self):
        table = self.some_table()
        self.add("grants", f"grant select on {table} to public;\nalter table {table} enable row level security;\n"
                           f"create policy p on {table} using (id > 0);\nalter default privileges grant select on tables to public;\n",
                 f"drop policy p on {table};\n")

    def nested_comment(self):
        self.add("comments", "/* outer; /* inner; */ still; */ create table nested (id integer, label text default $x$;$x$);\n"
                             "insert into nested values (1, U&'d\\0061t\\+000061'), (2, e'\\';');\n", "drop table nested;\n")


class SqliteHistory(History):
    def begin(self):
        self.add("parent", "create table parent (id integer primary key autoincrement, label text not null);\n"
                           "create table child (id integer primary key, parent integer references parent (id) on delete cascade, label text);\n",
                 "drop table child;\ndrop table parent;\n")
        self.add("family", "insert into parent (label) values ('one;'), ('two'), ('three');\ndelete from parent where id = 3;\n"
                           "insert into child (parent, label) values (1, 'a'), (1, 'b'), (2, 'c');\n")
        for _ in range(3):
            self.add_table()

    def usual(self):
        return [self.add_table, self.add_rows, self.add_rows, self.change_rows, self.add_column, self.add_column, self.drop_column,
                self.rename_column, self.add_index, self.add_view, self.drop_table]

    def special(self):
        return [self.trigger, self.nothing, self.rebuild, self.own_transaction, self.without_rowid, self.full_text, self.generated,
                self.rename_table, self.vacuum, self.rebuild_in_transaction, self.quoted_literal, self.no_last_line_end, self.instead,
                self.replaced, self.pragmas, self.broken_out]

    def add_table(self):
        table = self.new_table_name()
        self.tables[table] = []
        self.rows[table] = 1
        key = self.random.choice(["integer primary key", "integer primary key autoincrement", "integer not null unique"])
        self.add("table", f"create table {table} (\n  id {key}, -- the key; of course\n  label text default {self.text()} collate nocase,\n"
                          f"  check (label <> ';')\n);\n", f"drop table {table};\n")

    def trigger(self):
        table = self.some_table()
        self.add("trigger", "create table noted (line text);\n"
                            f"create trigger noting after update on {table} when new.id > 0\nbegin\n"
                            "  insert into noted values (case when new.label = ';' then 'end;' else 'other' end);\n"
                            "  delete from noted where line = '--';\nend;\n", "drop trigger noting;\ndrop table noted;\n", bodies=True)

    def instead(self):
        self.add("instead", "create view parents as select id, label from parent;\ncreate trigger parents_in instead of insert on parents begin\n"
                            "  insert into parent (label) values (new.label);\nend;\ninsert into parents (label) values ('through; the view');\n",
                 "drop view parents;\n", bodies=True)

    def rebuilt(self, table, name, up, **options):
        """What counts beyond a rebuild (AUTOINCREMENT) is lost with sqlite3, and is to be kept."""
        reference = (f"create temp table mark as select seq from sqlite_sequence where name = '{table}';\n{up}"
                     f"delete from sqlite_sequence where name = '{table}';\n"
                     f"insert into sqlite_sequence (name, seq) select '{table}', seq from temp.mark;\n")
        self.add(name, up, own_form={"reference": reference}, **options)

    def rebuild(self):
        self.rebuilt("parent", "rebuild", "PRAGMA foreign_keys=OFF;\nCREATE TABLE parent_new (id integer primary key autoincrement, label text not null, "
                            "more integer default 3);\nINSERT INTO parent_new (id, label) SELECT id, label FROM parent;\nDROP TABLE parent;\n"
                            "ALTER TABLE parent_new RENAME TO parent;\nPRAGMA foreign_keys=ON;\n", traits={"rebuild"})

    def rebuild_in_transaction(self):
        self.rebuilt("parent", "again", "PRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\nBEGIN;\n"
                          "CREATE TABLE `__new_parent` (id integer primary key autoincrement, label text not null, more integer);\n"
                          "INSERT INTO `__new_parent` (id, label, more) SELECT id, label, more FROM parent;\nDROP TABLE parent;\n"
                          "ALTER TABLE `__new_parent` RENAME TO parent;\nCOMMIT;\nPRAGMA foreign_keys=ON;\nPRAGMA foreign_key_check;\n",
                 traits={"rebuild", "own transaction"})

    def broken_out(self):
        body = ("CREATE TABLE child_new (id integer primary key, parent integer references parent (id) on delete cascade, label text, n real);\n"
                "INSERT INTO child_new (id, parent, label) SELECT id, parent, label FROM child;\nDROP TABLE child;\n"
                "ALTER TABLE child_new RENAME TO child;\n")
        drizzle = f"COMMIT TRANSACTION;\nPRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n{body}"
        self.add("children", body, own_form={"drizzle": drizzle}, traits={"rebuild"})

    def own_transaction(self):
        self.made += 1
        self.add("own", f"BEGIN TRANSACTION;\ncreate table own{self.made} (id integer);\ninsert into own{self.made} values (1);\nEND TRANSACTION;\n",
                 f"drop table own{self.made};\n", traits={"own transaction"})

    def without_rowid(self):
        self.add("words", "create table words (word text primary key, n integer) without rowid, strict;\n"
                          "insert into words values ('a;', 1), ('b', 2);\n", "drop table words;\n")

    def full_text(self):
        self.add("notes", "create virtual table notes using fts5 (title, body);\ninsert into notes values ('a', 'b; c');\n", "drop table notes;\n")

    def generated(self):
        self.add("generated", "create table sums (a integer, b integer, total integer generated always as (a + b) virtual,\n"
                              "  kept integer generated always as (a * b) stored);\ninsert into sums (a, b) values (2, 3);\n"
                              "create index sums_total on sums (total) where kept > 1;\n", "drop table sums;\n")

    def rename_table(self):
        self.made += 1
        self.add("before", f"create table before{self.made} (id integer references parent (id));\n"
                           f"create index before{self.made}_id on before{self.made} (id);\n")
        self.add("after", f"alter table before{self.made} rename to after{self.made};\n")

    def vacuum(self):
        self.add("vacuum", "VACUUM;\n", transaction=False)

    def quoted_literal(self):
        self.add("literal", "create table literals (id integer, kind text check (kind in (\"a;\", 'b')), [odd name] text, `other` text);\n"
                            "insert into literals (id, kind) values (1, 'b');\n", "drop table literals;\n")

    def no_last_line_end(self):
        self.add("abrupt", "create table abrupt (id integer) -- no end", "drop table abrupt;\n", traits={"abrupt"})

    def replaced(self):
        self.add("replaced", "insert or replace into parent (id, label) values (50, 'fifty');\nreplace into child (id, parent, label) values (9, 50, 'i');\n"
                             "with recursive n (i) as (values (1) union all select i + 1 from n where i < 5)\n"
                             "insert into child (parent, label) select 50, 'n;' || i from n;\n")

    def pragmas(self):
        self.add("pragma", "PRAGMA user_version = 7;\nPRAGMA application_id = 12;\n")


def make_history(engine, seed, count):
    kind = PostgresHistory if engine == "postgres" else SqliteHistory
    return kind(seed, count).grow()
