-- Every price a product ever had; the newest one counts.

-- migrate:up
create table prices (
    product_id integer not null references products (id) on delete cascade,
    currency text not null,
    valid_from timestamp not null,
    amount_cents integer not null,
    primary key (product_id, currency, valid_from),
    check (length(currency) = 3)
);

-- migrate:down
drop table prices;
