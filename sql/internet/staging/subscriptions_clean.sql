-- A stretch on one plan, with its customer. A price twenty times what a seat of the plan usually costs is the usual one.
WITH once AS (
    SELECT DISTINCT ON (subscription_id) subscription_id, account_id, coalesce(plan, 'basic') AS plan, started_on, ended_on,
        monthly_price, greatest(abs(seats), 1) AS seats
    FROM subscriptions WHERE started_on < CAST($as_of AS DATE) ORDER BY subscription_id, started_on
),
usual AS (
    SELECT plan, approx_median(monthly_price / seats) AS seat_price FROM once WHERE monthly_price IS NOT NULL GROUP BY plan
)
SELECT
    o.subscription_id,
    c.customer_id,
    o.plan,
    CAST(o.started_on AS TIMESTAMP) AS started_at,
    CAST(o.ended_on AS TIMESTAMP) AS ended_at,
    o.seats,
    CASE WHEN o.monthly_price <= 20 * u.seat_price * o.seats THEN o.monthly_price ELSE u.seat_price * o.seats END AS monthly_price
FROM once AS o
JOIN customer_ids AS c ON c.account_id = o.account_id
LEFT JOIN usual AS u ON u.plan = o.plan
