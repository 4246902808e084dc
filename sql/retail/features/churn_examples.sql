-- What was known of each customer on two days: 90 days before the end, when it is known who came back, and at the end.
WITH cutoffs AS (
    SELECT CAST($as_of AS TIMESTAMP) AS cutoff, 'now' AS as_seen
    UNION ALL
    SELECT CAST($as_of AS TIMESTAMP) - INTERVAL '90 days', 'then'
),
bought AS (
    SELECT
        c.as_seen,
        o.customer_id,
        count(*) FILTER (WHERE o.ordered_at < c.cutoff) AS orders,
        count(*) FILTER (WHERE o.ordered_at < c.cutoff AND o.ordered_at >= c.cutoff - INTERVAL '90 days') AS orders_90,
        date_part('epoch', c.cutoff - max(o.ordered_at) FILTER (WHERE o.ordered_at < c.cutoff)) / 86400 AS days_since,
        date_part('epoch', c.cutoff - min(o.ordered_at)) / 86400 AS tenure,
        avg(o.amount) FILTER (WHERE o.ordered_at < c.cutoff) AS basket_value,
        avg(CAST(o.has_coupon AS INT)) FILTER (WHERE o.ordered_at < c.cutoff) AS coupon_share,
        avg(CAST(o.status = 'refunded' AS INT)) FILTER (WHERE o.ordered_at < c.cutoff) AS refund_share,
        count(*) FILTER (WHERE o.ordered_at >= c.cutoff AND o.is_sale) AS orders_after
    FROM orders_clean AS o CROSS JOIN cutoffs AS c
    GROUP BY c.as_seen, c.cutoff, o.customer_id
),
seen AS (
    SELECT
        c.as_seen,
        e.customer_id,
        count(*) FILTER (WHERE e.ts >= c.cutoff - INTERVAL '30 days') AS events_30,
        count(*) FILTER (WHERE e.ts >= c.cutoff - INTERVAL '90 days') AS events_90,
        date_part('epoch', c.cutoff - max(e.ts)) / 86400 AS days_unseen
    FROM events_clean AS e CROSS JOIN cutoffs AS c
    WHERE e.ts < c.cutoff
    GROUP BY c.as_seen, c.cutoff, e.customer_id
),
said AS (
    SELECT
        c.as_seen,
        v.customer_id,
        avg(v.score) AS sentiment,
        count(*) FILTER (WHERE v.sentiment = 'negative' AND v.written_at >= c.cutoff - INTERVAL '180 days') AS bad_texts
    FROM voice AS v CROSS JOIN cutoffs AS c
    WHERE v.written_at < c.cutoff
    GROUP BY c.as_seen, v.customer_id
)
SELECT
    b.as_seen,
    b.customer_id,
    ln(1 + b.orders) AS orders,
    ln(1 + b.orders_90) AS orders_90,
    ln(1 + b.days_since) AS days_since,
    b.days_since / (b.tenure / b.orders + 1) AS overdue,
    ln(1 + b.tenure) AS tenure,
    ln(1 + b.basket_value) AS basket_value,
    b.coupon_share,
    b.refund_share,
    ln(1 + coalesce(s.events_30, 0)) AS events_30,
    ln(1 + coalesce(s.events_90, 0)) AS events_90,
    coalesce(s.events_30, 0) / (coalesce(s.events_90, 0) / 3.0 + 1) AS activity_change,
    ln(1 + coalesce(s.days_unseen, 730)) AS days_unseen,
    coalesce(t.sentiment, 0) AS sentiment,
    coalesce(t.bad_texts, 0) AS bad_texts,
    CASE WHEN b.as_seen = 'then' THEN b.orders_after = 0 END AS churned
FROM bought AS b
LEFT JOIN seen AS s USING (as_seen, customer_id)
LEFT JOIN said AS t USING (as_seen, customer_id)
WHERE b.orders > 0
