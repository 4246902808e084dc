-- The groups of customers, with a name that says in what they differ most from everybody.
WITH means AS (
    SELECT
        avg(orders) AS orders, stddev(orders) AS orders_sd,
        avg(basket_value) AS basket, stddev(basket_value) AS basket_sd,
        avg(days_since_order) AS days, stddev(days_since_order) AS days_sd,
        avg(coupon_share) AS coupons, stddev(coupon_share) AS coupons_sd,
        avg(store_share) AS store, stddev(store_share) AS store_sd,
        avg(events_30_days) AS events, stddev(events_30_days) AS events_sd,
        avg(sentiment) AS feeling, stddev(sentiment) AS feeling_sd
    FROM segment_inputs
),
groups AS (
    SELECT
        g.group_no,
        count(*) AS customers,
        sum(p.spent) AS revenue,
        avg(p.spent) AS mean_spent,
        avg(p.orders) AS mean_orders,
        avg(p.days_since_order) AS mean_days_since_order,
        avg(i.sentiment) AS mean_sentiment,
        (avg(i.orders) - min(m.orders)) / nullif(min(m.orders_sd), 0) AS z_orders,
        (avg(i.basket_value) - min(m.basket)) / nullif(min(m.basket_sd), 0) AS z_basket,
        (avg(i.days_since_order) - min(m.days)) / nullif(min(m.days_sd), 0) AS z_days,
        (avg(i.coupon_share) - min(m.coupons)) / nullif(min(m.coupons_sd), 0) AS z_coupons,
        (avg(i.store_share) - min(m.store)) / nullif(min(m.store_sd), 0) AS z_store,
        (avg(i.events_30_days) - min(m.events)) / nullif(min(m.events_sd), 0) AS z_events,
        (avg(i.sentiment) - min(m.feeling)) / nullif(min(m.feeling_sd), 0) AS z_feeling
    FROM group_members AS g
    JOIN segment_inputs AS i USING (customer_id)
    JOIN purchases AS p USING (customer_id)
    CROSS JOIN means AS m
    GROUP BY g.group_no
),
traits AS (
    SELECT
        group_no,
        array_agg(trait ORDER BY strength DESC, trait) AS traits
    FROM (
        SELECT group_no, abs(z_orders) AS strength, CASE WHEN z_orders > 0 THEN 'frequent' ELSE 'rare' END AS trait FROM groups
        UNION ALL
        SELECT group_no, abs(z_basket), CASE WHEN z_basket > 0 THEN 'big baskets' ELSE 'small baskets' END FROM groups
        UNION ALL
        SELECT group_no, abs(z_days), CASE WHEN z_days > 0 THEN 'lapsed' ELSE 'recent' END FROM groups
        UNION ALL
        SELECT group_no, abs(z_coupons), CASE WHEN z_coupons > 0 THEN 'coupon users' ELSE 'full price' END FROM groups
        UNION ALL
        SELECT group_no, abs(z_store), CASE WHEN z_store > 0 THEN 'in store' ELSE 'online' END FROM groups
        UNION ALL
        SELECT group_no, abs(z_events), CASE WHEN z_events > 0 THEN 'browsing' ELSE 'not browsing' END FROM groups
        UNION ALL
        SELECT group_no, abs(z_feeling), CASE WHEN z_feeling > 0 THEN 'content' ELSE 'discontent' END FROM groups
    )
    WHERE strength IS NOT NULL
    GROUP BY group_no
)
SELECT
    g.group_no,
    concat_ws(', ', t.traits[1], t.traits[2], t.traits[3]) AS name,
    g.customers,
    g.revenue,
    g.mean_spent,
    g.mean_orders,
    g.mean_days_since_order,
    g.mean_sentiment,
    w.keywords
FROM groups AS g
JOIN traits AS t USING (group_no)
LEFT JOIN group_words AS w USING (group_no)
