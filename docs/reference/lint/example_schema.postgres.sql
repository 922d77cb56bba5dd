-- What the examples of these pages are written for, on PostgreSQL.
create table users (
    id bigint generated always as identity primary key,
    email text not null,
    name varchar(50),
    age int constraint users_age_check check (age >= 0),
    joined timestamptz not null default now()
);
create unique index users_email_unique on users (email);

create table orders (
    id bigint generated always as identity primary key,
    user_id bigint not null constraint orders_user references users (id) on delete cascade,
    total numeric(10,2) not null,
    note text,
    checked text constraint orders_checked check (checked is not null),
    paid boolean
);
create index orders_user_id on orders (user_id);
create view recent_orders as select id, total from orders order by id desc limit 10;
create materialized view order_totals as select user_id, sum(total) as total from orders group by user_id;
create unique index order_totals_user_id on order_totals (user_id);

create table reviews (id bigint primary key, user_id bigint not null, stars int not null);
create index reviews_user_id on reviews (user_id);
create table bookings (id bigint primary key, during tsrange not null);
create table labels (name text primary key);
create table events (day date not null, what text not null) partition by range (day);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');

create type mood as enum ('sad', 'ok');
create domain quantity as int;
create table stock (id bigint primary key, amount quantity not null);
create schema archive;
create function total_of(bigint) returns numeric language sql as 'select 0.0';
create function log_change() returns trigger language plpgsql as $$ begin return new; end $$;
