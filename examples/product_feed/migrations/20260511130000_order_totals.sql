-- Totals are kept with the order: the monthly report added up every line again.

-- migrate:up
alter table orders add column total_cents bigint not null default 0;

update orders
set total_cents = (
    select coalesce(sum(i.quantity * i.unit_cents), 0)
    from order_items i
    where i.order_id = orders.id
);

-- migrate:verify
select (select coalesce(sum(total_cents), 0) from orders)
     = (select coalesce(sum(quantity * unit_cents), 0) from order_items);

-- migrate:down
alter table orders drop column total_cents;
