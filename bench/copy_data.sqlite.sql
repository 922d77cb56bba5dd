-- A shop of :scale.
create table users (id integer primary key, email text not null, name text not null, balance numeric);
create table orders (id integer primary key, user_id integer not null references users (id), status text not null,
    total numeric, created_at text not null, note text);
create table visits (id integer primary key, at text not null, level text not null, message text not null);
begin;
insert into users with recursive s (g) as (select 1 union all select g + 1 from s where g < 50000 * :scale)
    select g, 'user' || g || '@example' || (g % 97) || '.com', 'Name ' || g, g % 100000 / 100.0 from s;
insert into orders with recursive s (g) as (select 1 union all select g + 1 from s where g < 400000 * :scale)
    select g, 1 + g * 7919 % (50000 * :scale), 'paid', g % 90000 / 100.0, datetime(1700000000 + g * 16, 'unixepoch'),
           case when g % 8 = 0 then 'leave at door ' || g end from s;
insert into visits with recursive s (g) as (select 1 union all select g + 1 from s where g < 700000 * :scale)
    select g, datetime(1760000000 + g, 'unixepoch'), 'info', 'request ' || hex(randomblob(20)) || ' handled in ' || (g % 977) from s;
commit;
create unique index users_email on users (email);
create index orders_user on orders (user_id, created_at);
create index visits_level on visits (level, at);
analyze;
pragma wal_checkpoint (truncate);
