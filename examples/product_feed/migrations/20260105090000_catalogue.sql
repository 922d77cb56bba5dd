-- migrate:up
create table brands (
    id integer primary key,
    name text not null unique,
    country text not null
);

create table categories (
    id integer primary key,
    parent_id integer references categories (id),
    name text not null,
    unique (parent_id, name)
);

create table products (
    id integer primary key,
    sku text not null unique,
    name text not null,
    description text not null default '',
    brand_id integer not null references brands (id),
    category_id integer not null references categories (id),
    active boolean not null default true,
    created_at timestamp not null default current_timestamp,
    updated_at timestamp not null default current_timestamp
);

create index products_by_brand on products (brand_id);
create index products_by_category on products (category_id);

-- migrate:down
drop table products;
drop table categories;
drop table brands;
