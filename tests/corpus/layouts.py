"""Writes a history as each tool's users would have it on disk, with that tool's own order, names and directives. The
order of the steps is the history's; what must not be taken for it (text order of numbers, numeric order of names) is
laid out so that a reader who errs gets another end."""

import datetime
import json
from dataclasses import dataclass



@dataclass
class Extra:
    """What only one layout has, after the history."""

    count: int  # migrations
    reference: str = ""  # that make the same in plain words
    undo: str = ""
    cleanup: str = ""  # of what is not compared


EXTRAS = {
    "flyway": Extra(2, "create view of_flyway as select 'main' as place, 2 as n;\ncreate table flyway_placed (id integer);\n",
                    "drop view of_flyway;\ndrop table flyway_placed;\n"),
    "golang-migrate": Extra(1, cleanup="drop table schema_migrations;\n"),
    "sqitch": Extra(2, "create table of_sqitch (id integer);\nalter table of_sqitch add column more integer;\n", "drop table of_sqitch;\n"),
    "diesel": Extra(2, "create table of_the_day (id integer);\nalter table of_the_day rename to of_diesel;\n", "drop table of_diesel;\n"),
}

NAMES = ["keel", "goose", "golang-migrate", "flyway", "diesel", "prisma", "sqlx", "pop", "drizzle", "sqitch", "plain"]


def put(folder, name, text, index=0):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if "\r\n" in text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    path.write_bytes((b"\xef\xbb\xbf" if index % 13 == 5 else b"") + text.encode())


def up_of(step, layout):
    return step.own_form.get(layout, step.up)


def stamp(index):
    return (datetime.datetime(2019, 1, 1) + datetime.timedelta(hours=37 * index)).strftime("%Y%m%d%H%M%S")


def day(index):
    return (datetime.datetime(2019, 1, 1) + datetime.timedelta(days=index)).strftime("%Y%m%d")


def keel(folder, steps, engine):
    for index, step in enumerate(steps):
        mode = "" if step.transaction else " transaction:false"
        text = f"-- migrate:up{mode}\n{up_of(step, 'keel')}\n"
        if index % 4:
            text += f"-- migrate:down{mode}\n{step.down}"
        put(folder, f"{stamp(index)}_{step.name}.sql", text, index)


def goose(folder, steps, engine):
    def marked(text, bodies):
        return f"-- +goose StatementBegin\n{text}-- +goose StatementEnd\n" if bodies else text

    for index, step in enumerate(steps):
        text = "" if step.transaction else "-- +goose NO TRANSACTION\n"
        up = up_of(step, "goose")
        # Text of several lines with a semicolon at a line's end needs the marks too.
        bodies = step.bodies or "copy" in step.traits or "psql" in step.traits or "abrupt" in step.traits
        text += f"-- +goose Up\n{marked(up if up.endswith(chr(10)) else up + chr(10), bodies)}\n-- +goose Down\n{step.down}"
        put(folder, f"{index + 1:05}_{step.name}.sql", text, index)


def golang_migrate(folder, steps, engine):
    for index, step in enumerate(steps):
        put(folder, f"{index + 1}_{step.name}.up.sql", up_of(step, "golang-migrate"), index)
        if index % 3:
            put(folder, f"{index + 1}_{step.name}.down.sql", step.down, index)
    # It reads and writes the tool's own table.
    put(folder, f"{len(steps) + 1}_own.up.sql", "UPDATE schema_migrations SET dirty = false;\n")


def flyway(folder, steps, engine):
    for index, step in enumerate(steps):
        major, minor = index // 12 + 1, index % 12
        version = f"{major}" if minor == 0 else (f"{major}.{minor}" if index % 2 else f"{major}_{minor}")
        below = "" if index % 5 else "more/"
        name = f"{below}V{version}__{step.name}.sql"
        put(folder, name, up_of(step, "flyway"), index)
        if not step.transaction:
            put(folder, name + ".conf", "executeInTransaction=false\n")
        if step.down and index % 3 == 0:
            put(folder, f"U{version}__{step.name}.sql", step.down)


    put(folder, "R__b_view.sql", "drop view if exists of_flyway;\ncreate view of_flyway as select '${place}' as place, 2 as n;\n")
    put(folder, "R__a_table.sql", "create table ${prefix}_placed (id integer);\n")
    put(folder, "notes.txt", "not for flyway\n")


def diesel(folder, steps, engine):
    for index, step in enumerate(steps):
        version = stamp(index)
        if index % 2:  # two forms of one number
            version = f"{version[:4]}-{version[4:6]}-{version[6:8]}-{version[8:]}"
        where = f"{version}_{step.name}"
        put(folder, f"{where}/up.sql", up_of(step, "diesel"), index)
        put(folder, f"{where}/down.sql", step.down)
        if not step.transaction:
            put(folder, f"{where}/metadata.toml", "run_in_transaction = false\n")
    # The later day, though as text with dashes it comes first.
    put(folder, "2029-12-31-000000_last/up.sql", "alter table of_the_day rename to of_diesel;\n")
    put(folder, "20290101000000_made/up.sql", "create table of_the_day (id integer);\n")


def prisma(folder, steps, engine):
    put(folder, "migration_lock.toml", f'provider = "{"postgresql" if engine == "postgres" else "sqlite"}"\n')
    for index, step in enumerate(steps):
        version = day(index) if index % 7 == 0 else day(index) + "093000"  # as text, not as numbers
        put(folder, f"{version}_{step.name}/migration.sql", up_of(step, "prisma"), index)


def sqlx(folder, steps, engine):
    for index, step in enumerate(steps):
        text = up_of(step, "sqlx") if step.transaction else "-- no-transaction\n" + up_of(step, "sqlx")
        put(folder, f"{stamp(index)}_{step.name}.up.sql", text, 0 if not step.transaction else index)
        put(folder, f"{stamp(index)}_{step.name}.down.sql", step.down)


def pop(folder, steps, engine):
    dialect = "postgres" if engine == "postgres" else "sqlite3"
    for index, step in enumerate(steps):
        once = "" if step.transaction else ".autocommit"
        if index % 3 == 0:  # the other one is for nobody here
            put(folder, f"{stamp(index)}_{step.name}.{dialect}{once}.up.sql", up_of(step, "pop"), index)
            put(folder, f"{stamp(index)}_{step.name}.up.sql", "this is for another engine;\n")
            put(folder, f"{stamp(index)}_{step.name}.mysql.up.sql", "nor is this;\n")
        else:
            put(folder, f"{stamp(index)}_{step.name}{once}.up.sql", up_of(step, "pop"), index)
        put(folder, f"{stamp(index)}_{step.name}.down.sql", step.down)


def drizzle(folder, steps, engine):
    entries = []
    for index, step in enumerate(steps):
        tag = f"{index:04}_{step.name}"
        text = up_of(step, "drizzle")
        if not step.bodies and index % 2:
            text = text.rstrip("\n") + "--> statement-breakpoint\nselect 1;\n" if text.rstrip().endswith(";") else text
        put(folder, f"{tag}.sql", text, index)
        entries.append({"idx": index, "version": "7", "when": 1700000000000 + index, "tag": tag, "breakpoints": True})
    put(folder, "9999_left_behind.sql", "this is in no journal;\n")
    entries.reverse()  # its own order is that of idx
    put(folder, "meta/_journal.json", json.dumps({"version": "7", "dialect": engine, "entries": sorted(entries, key=lambda e: e["idx"])}))


def sqitch(folder, steps, engine):
    plan = ["%syntax-version=1.0.0", "%project=corpus", ""]
    for index, step in enumerate(steps):
        needs = f" [{steps[index - 1].name}]" if index % 3 == 1 else ""
        when = f"2026-01-01T{index // 60:02}:{index % 60:02}:00Z"
        plan.append(f"{step.name}{needs} {when} Somebody <somebody@example.org> # step {index}; done")
        if index % 20 == 19:
            plan.append(f"@v{index} {when} Somebody <somebody@example.org> # release")
        put(folder, f"deploy/{step.name}.sql", f"-- Deploy corpus:{step.name}\n" + up_of(step, "sqitch"), index)
        put(folder, f"revert/{step.name}.sql", step.down)
        put(folder, f"verify/{step.name}.sql", "select 1;\n")
    when = "2026-02-01T00:00:00Z"
    somebody = f"{when} Somebody <somebody@example.org>"
    plan += [f"reworked {somebody} # first", f"@again {somebody} # between", f"reworked [reworked@again] {somebody} # second"]
    put(folder, "deploy/reworked@again.sql", "create table of_sqitch (id integer);\n")
    put(folder, "deploy/reworked.sql", "alter table of_sqitch add column more integer;\n")
    put(folder, "revert/reworked@again.sql", "drop table of_sqitch;\n")
    put(folder, "revert/reworked.sql", "alter table of_sqitch drop column more;\n")
    put(folder, "sqitch.plan", "\n".join(plan) + "\n")
    put(folder, "sqitch.conf", f"[core]\n\tengine = {'pg' if engine == 'postgres' else 'sqlite'}\n")


def plain(folder, steps, engine):
    for index, step in enumerate(steps):
        head = "" if step.transaction else "-- postgres-migrations disable-transaction\n"
        put(folder, f"{index + 1}-{step.name}.sql", head + up_of(step, "plain"), 0 if head else index)


def write_layout(name, folder, steps, engine):
    globals()[name.replace("-", "_")](folder, steps, engine)
