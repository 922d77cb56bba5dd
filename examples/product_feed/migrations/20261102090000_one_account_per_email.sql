-- Customers sign in with their e-mail from now on. The feed of the old shop wrote some of them twice, in another case:
-- their orders move to the older account first.

-- migrate:up
alter table customers add column newsletter boolean not null default false;

update orders
set customer_id = (
    select min(kept.id)
    from customers kept
    join customers mine on lower(kept.email) = lower(mine.email)
    where mine.id = orders.customer_id
)
where customer_id in (
    select doubled.id
    from customers doubled
    join customers older on lower(older.email) = lower(doubled.email) and older.id < doubled.id
);

delete from customers
where id in (
    select doubled.id
    from customers doubled
    join customers older on lower(older.email) = lower(doubled.email) and older.id < doubled.id
);

update customers set email = lower(email);
create unique index customers_by_email on customers (email);

-- migrate:verify
select count(*) = 0 from orders where customer_id not in (select id from customers);

-- migrate:down
drop index customers_by_email;
alter table customers drop column newsletter;
