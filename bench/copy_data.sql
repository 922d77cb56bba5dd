-- A shop of :scale: the usual mixture of narrow and wide rows, keys, indexes and foreign keys.
create type order_status as enum ('new', 'paid', 'shipped', 'returned');
create table users (id bigint generated always as identity, email text not null, name text not null,
    profile jsonb not null, tags text[] not null, balance numeric(12, 2) not null, created_at timestamptz not null);
create table products (id bigint generated always as identity, sku text not null, name text not null,
    description text not null, price numeric(10, 2) not null, attributes jsonb not null);
create table orders (id bigint generated always as identity, user_id bigint not null, status order_status not null,
    total numeric(12, 2) not null, created_at timestamptz not null, note text);
create table order_items (id bigint generated always as identity, order_id bigint not null, product_id bigint not null,
    quantity int not null, unit_price numeric(10, 2) not null);
create table visits (id bigint generated always as identity, at timestamptz not null, level text not null,
    message text not null, visitor text, phone text, agent text);

insert into users (email, name, profile, tags, balance, created_at)
    select 'user' || g || '@example' || g % 97 || '.com', 'Name ' || g || ' Surname' || g * 31 % 10007,
           jsonb_build_object('age', 18 + g % 60, 'city', 'City' || g % 500), array ['t' || g % 50], g % 100000 / 100.0,
           '2024-01-01'::timestamptz + g * interval '97 s'
    from generate_series(1, 50000 * :scale) g;
insert into products (sku, name, description, price, attributes)
    select 'SKU-' || lpad(g::text, 9, '0'), 'Product ' || g,
           repeat('A sturdy item number ' || g || ' of oak with warranty ref ' || md5(g::text) || '. ', 3),
           1 + g % 50000 / 100.0, jsonb_build_object('w', g % 200, 'brand', 'brand' || g % 300)
    from generate_series(1, 20000 * :scale) g;
insert into orders (user_id, status, total, created_at, note)
    select 1 + g * 7919::bigint % (50000 * :scale), (enum_range(null::order_status))[1 + g % 4], g % 90000 / 100.0,
           '2025-01-01'::timestamptz + g * interval '16 s', case when g % 8 = 0 then 'leave at door ' || g end
    from generate_series(1, 250000 * :scale) g;
insert into order_items (order_id, product_id, quantity, unit_price)
    select 1 + (g - 1) / 4, 1 + g * 104729::bigint % (20000 * :scale), 1 + g % 9, 1 + g % 50000 / 100.0
    from generate_series(1, 1000000 * :scale) g;
insert into visits (at, level, message, visitor, phone, agent)
    select '2026-01-01'::timestamptz + g * interval '3 s', (array ['info', 'warn', 'error', 'debug'])[1 + g % 4],
           'request ' || md5(g::text) || ' handled in ' || g % 977 || ' ms by ' || md5((g * 7)::text),
           'visitor' || g % 50021 || '@example.org', '+49 170 ' || 1000000 + g % 900001, 'agent ' || g % 411
    from generate_series(1, 1000000 * :scale) g;

alter table users add primary key (id);
create unique index on users (lower(email));
create index on users (created_at);
alter table products add primary key (id);
alter table products add unique (sku);
create index on products using gin (attributes);
alter table orders add primary key (id);
create index on orders (user_id, created_at desc);
create index on orders (id) where status = 'new';
alter table order_items add primary key (id);
create index on order_items (order_id);
create index on order_items (product_id);
alter table visits add primary key (id);
create index on visits (level, at);
alter table orders add foreign key (user_id) references users on delete cascade;
alter table order_items add foreign key (order_id) references orders on delete cascade;
alter table order_items add foreign key (product_id) references products;
vacuum (analyze, freeze);
