-- There is no site, but a visit to a store is an event: hours, weekdays and stores are those of baskets.
SELECT
    order_id AS event_id,
    account_id,
    CAST(NULL AS VARCHAR) AS device_id,
    min(ordered_at) AS ts,
    'purchase' AS type,
    'store ' || min(store) AS page,
    CAST(NULL AS VARCHAR) AS product_id,
    'store' AS channel
FROM transactions
GROUP BY order_id, account_id
