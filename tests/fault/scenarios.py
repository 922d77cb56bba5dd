"""The commands that are swept: what is there before, what is run, and which states may be there after."""

from dataclasses import dataclass, field

FIRST = """-- migrate:up
create table customers (id integer primary key, email text not null);
create table orders (id integer primary key, customer_id integer not null references customers (id), cents integer);
create index orders_by_customer on orders (customer_id);

-- migrate:down
drop table orders;
drop table customers;
"""
SECOND = """-- migrate:up
alter table orders add column status text not null default 'new';
update orders set status = 'paid' where cents > 300;
create table payments (id integer primary key, order_id integer not null references orders (id), cents integer);
insert into payments (id, order_id, cents) select id, id, cents from orders where status = 'paid';

-- migrate:verify
select count(*) > 0 from payments;

-- migrate:down
drop table payments;
alter table orders drop column status;
"""
THIRD = """-- migrate:up
create view open_orders as select id, customer_id from orders where status = 'new';
delete from payments where cents > 400;

-- migrate:down
drop view open_orders;
"""
CHANGES = """
delete from orders where id % 3 = 0;
update customers set email = 'changed' || id || '@example.com' where id % 2 = 0;
"""


def rows():
    """A few hundred rows, the same on both engines."""
    customers = ",".join(f"({i}, 'customer{i}@example.com')" for i in range(1, 101))
    orders = ",".join(f"({i}, {i % 100 + 1}, {i})" for i in range(1, 501))
    return (f"insert into customers (id, email) values {customers};\n"
            f"insert into orders (id, customer_id, cents) values {orders};\n")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@dataclass
class Scenario:
    name: str
    command: list
    changes_target: bool
    makes_backup: bool
    half_way: list = field(default_factory=list)  # a command that goes to a state between the two, if there is a right one
    states: dict = field(default_factory=dict)  # digest -> "old", "half", "new"
    removes_backups: bool = False
    has_source: bool = False  # there is a second database, which must stay as it is

    def accepts(self, status, label):
        """What an exit status promises about the target: 0 done; 1 and 5 as before, or
        with the migrations that came before the failed one; 6 a person must look."""
        if status == 0:
            return label == ("new" if self.changes_target else "old")
        if status in (1, 5, 130):
            return label in ("old", "half")
        return True


def make_project(site, keel, template):
    template.mkdir(parents=True)
    if hasattr(site, "database"):
        site.psql("postgres", f"create database {site.database(template)}")
    write(template / "keel.toml", f'[project]\nname = "shop"\n\n[environments.dev]\nurl = "{site.url(template)}"\n')
    write(template / "migrations/0001_shop.sql", FIRST)
    keel(template, "migrate", "up")
    site.execute(template, rows())


def prepare_migrate_up(site, keel, template):
    make_project(site, keel, template)
    write(template / "migrations/0002_payments.sql", SECOND)
    write(template / "migrations/0003_open_orders.sql", THIRD)
    return Scenario("migrate up", ["migrate", "up", "--json"], changes_target=True, makes_backup=False,
                    half_way=["migrate", "up", "--to", "0002", "--json"])


def prepare_backup_create(site, keel, template):
    make_project(site, keel, template)
    keel(template, "backup", "create")
    site.execute(template, CHANGES)  # so that there is something to store that the first one has not
    return Scenario("backup create", ["backup", "create", "--json"], changes_target=False, makes_backup=True)


def prepare_backup_verify(site, keel, template):
    """With the drill: each backup is restored into a scratch place, and its record says so."""
    make_project(site, keel, template)
    keel(template, "backup", "create")
    site.execute(template, CHANGES)
    keel(template, "backup", "create")
    return Scenario("backup verify", ["backup", "verify", "--all", "--restore", "--json"], changes_target=False, makes_backup=False)


def prepare_backup_prune(site, keel, template):
    """Two of three backups go, and what only they need."""
    make_project(site, keel, template)
    settings = template / "keel.toml"
    write(settings, settings.read_text() + "\n[backup]\nkeep = { last = 1 }\n")
    keel(template, "backup", "create")
    for changes in (CHANGES, "delete from orders;"):
        site.execute(template, changes)
        keel(template, "backup", "create")
    return Scenario("backup prune", ["backup", "prune", "--yes", "--json"], changes_target=False, makes_backup=False,
                    removes_backups=True)


def prepare_backup_restore(site, keel, template):
    make_project(site, keel, template)
    made = keel(template, "backup", "create", "--json")
    site.execute(template, CHANGES)
    command = ["backup", "restore", made["result"]["id"], "--yes", "--json"]
    return Scenario("backup restore", command, changes_target=True, makes_backup=False)


def prepare_copy(site, keel, template, *options):
    """Another environment's database, or its rows, take the place of this one's."""
    make_project(site, keel, template)
    url = site.make_source(template, "select 1;")
    settings = template / "keel.toml"
    write(settings, settings.read_text().replace('name = "shop"\n', 'name = "shop"\ndefault = "dev"\n')
          + f'\n[environments.source]\nurl = "{url}"\n')
    if not keel(template, "migrate", "status", "-e", "source", "--json")["result"]["applied"]:
        keel(template, "migrate", "up", "-e", "source")
    site.make_source(template, "delete from orders; delete from customers;\n" + rows() + CHANGES)
    command = ["copy", "source", "dev", *options, "--yes", "--json"]
    return Scenario("copy", command, changes_target=True, makes_backup=False, has_source=True)


def prepare_copy_whole(site, keel, template):
    return prepare_copy(site, keel, template, "--no-template")


def prepare_copy_rows(site, keel, template):
    return prepare_copy(site, keel, template, "--data-only")


PREPARE = {"migrate up": prepare_migrate_up, "backup create": prepare_backup_create, "backup restore": prepare_backup_restore,
           "backup verify": prepare_backup_verify, "backup prune": prepare_backup_prune,
           "copy": prepare_copy_whole, "copy rows": prepare_copy_rows}
