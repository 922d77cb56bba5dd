-- migrate:up
create table orders (
    id integer primary key,
    customer_id integer not null references customers (id),
    status text not null default 'new' check (status in ('new', 'paid', 'shipped', 'cancelled')),
    ordered_at timestamp not null
);

create table order_items (
    order_id integer not null references orders (id) on delete cascade,
    line integer not null,
    product_id integer not null references products (id),
    quantity integer not null check (quantity > 0),
    unit_cents integer not null,
    primary key (order_id, line)
);

create index orders_by_customer on orders (customer_id);
create index orders_open on orders (ordered_at) where status in ('new', 'paid');
create index order_items_by_product on order_items (product_id);

-- migrate:down
drop table order_items;
drop table orders;
