-- SQLite cannot add a check to a table that is there, so two triggers watch over it.

-- migrate:up engine:postgres
alter table prices add constraint prices_are_positive check (amount_cents > 0);

-- migrate:up engine:sqlite
create trigger prices_are_positive_on_insert
before insert on prices
when new.amount_cents <= 0
begin
    select raise(abort, 'a price must be above zero');
end;

create trigger prices_are_positive_on_update
before update of amount_cents on prices
when new.amount_cents <= 0
begin
    select raise(abort, 'a price must be above zero');
end;

-- migrate:verify
select count(*) = 0 from prices where amount_cents <= 0;

-- migrate:down engine:postgres
alter table prices drop constraint prices_are_positive;

-- migrate:down engine:sqlite
drop trigger prices_are_positive_on_update;
drop trigger prices_are_positive_on_insert;
