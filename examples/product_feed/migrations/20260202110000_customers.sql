-- migrate:up
create table customers (
    id integer primary key,
    email text not null,
    full_name text not null,
    city text,
    created_at timestamp not null default current_timestamp
);

create index customers_by_city on customers (city);

-- migrate:down
drop table customers;
