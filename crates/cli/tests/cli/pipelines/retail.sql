-- A small shop for `sql/retail`: 240 customers, of whom every third has a second account, with mistakes on purpose.

copy (
    select
        'A' || lpad(id, 4, '0') as account_id, 'web' as channel, '李' || chr(20000 + id) as name,
        -- Written otherwise by some, and not at all by others.
        case when id % 7 = 0 then null when id % 5 = 0 then ' C' || id || '@Example.ORG' else 'c' || id || '@example.org' end as email,
        '+86 139 0000 ' || lpad(id, 4, '0') as phone, 'd' || id as device_id, cast(null as varchar) as member_no,
        '上海' as city, date '1980-01-01' + cast(id * 20 as int) as birth_date,
        timestamp '2025-01-01' + cast(id || ' hours' as interval) as created_at
    from (select cast(value as int) as id from generate_series(1, 240))
    union all
    select
        'B' || lpad(id, 4, '0'), 'app', '李' || chr(20000 + id), 'c' || id || '@example.org', '1390000' || lpad(id, 4, '0'),
        null, null, '上海', null, timestamp '2026-01-01'
    from (select cast(value as int) as id from generate_series(1, 240) where value % 3 = 0)
    union all
    -- The shop's telephone on many accounts, and one of them twice.
    select 'S' || lpad(id, 4, '0'), 'store', '王' || chr(21000 + id), 'none@example.com', '021 5555 0000', null, null, null, null, timestamp '2026-02-01'
    from (select cast(value as int) as id from generate_series(1, 10) union all select 10)
) to 'data/accounts/part.parquet';

copy (
    select 'P' || value as product_id, case value % 3 when 0 then 'food' when 1 then 'books' else 'home' end as category,
        10.0 * value as price
    from generate_series(1, 9)
) to 'data/products/part.parquet';

create table bought as
select
    c.id, n.n,
    'O' || c.id || '_' || n.n as order_id,
    case when c.id % 3 = 0 and n.n % 2 = 0 then 'B' else 'A' end || lpad(c.id, 4, '0') as account_id,
    -- One half goes on buying, the other half stopped some time ago.
    timestamp '2026-10-30 10:00:00' - cast(((case when c.id % 2 = 0 then 0 else 130 end) + n.n * (20 + c.id % 31) + c.id % 17) || ' days' as interval) as ordered_at,
    'P' || ((c.id + n.n) % 9 + 1) as product_id,
    (c.id + n.n) % 9 + 1 as ten
from (select cast(value as int) as id from generate_series(1, 240)) as c,
    (select cast(value as int) as n from generate_series(0, 7)) as n
where n.n <= c.id % 8;

copy (
    select
        order_id, account_id, ordered_at, 'completed' as status,
        case when id = 1 and n = 0 then null when id = 2 and n = 0 then 20000.0 * ten else 20.0 * ten end as amount,
        0.0 as discount, case when id % 4 = 0 then 'SAVE' end as coupon, 'web' as channel
    from bought
    union all
    -- Twice, in the future, and of nobody.
    select order_id, account_id, ordered_at, 'completed', 20.0 * ten, 0.0, null, 'web' from bought where id = 3 and n = 0
    union all
    select 'O_future', 'A0001', timestamp '2027-01-01', 'completed', 1.0, 0.0, null, 'web'
    union all
    select 'O_nobody', 'X9', timestamp '2026-05-01', 'completed', 1.0, 0.0, null, 'web'
) to 'data/orders/part.parquet';

copy (
    select order_id, 1 as line, product_id, 'unknown' as category, 2 as quantity, 10.0 * ten as price from bought
) to 'data/order_items/part.parquet';

copy (
    select
        order_id || '_' || value as event_id,
        -- Before the log-in there is only the device.
        case when value > 1 then account_id end as account_id,
        'd' || id as device_id,
        ordered_at - cast(value || ' minutes' as interval) as ts,
        case when value = 0 then 'checkout' else 'view' end as type, '/shop' as page, product_id,
        case when id % 2 = 0 then 'app' else 'web' end as channel
    from bought, generate_series(0, 3)
) to 'data/events/part.parquet';

copy (
    select 'R' || order_id as review_id, account_id, order_id, ordered_at + interval '3 days' as created_at,
        case when id % 2 = 0 then 5 else 1 end as stars,
        case when id % 2 = 0 then '质量很好，非常满意，下次还会来' else '<p>质量太差了，用了两天就坏</p>' end as text
    from bought where n = 0 and id <= 60
) to 'data/reviews/part.parquet';

copy (
    select 'T' || id as ticket_id, 'A' || lpad(id, 4, '0') as account_id, timestamp '2026-10-20' as created_at,
        '我要投诉！客服态度恶劣，请打我电话13800138000' as text
    from (select cast(value as int) as id from generate_series(1, 9))
) to 'data/tickets/part.parquet';
