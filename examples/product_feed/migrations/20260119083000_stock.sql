-- migrate:up
create table stock (
    product_id integer not null references products (id) on delete cascade,
    warehouse text not null,
    quantity integer not null default 0 check (quantity >= 0),
    reserved integer not null default 0 check (reserved >= 0),
    primary key (product_id, warehouse),
    check (reserved <= quantity)
);

-- migrate:down
drop table stock;
