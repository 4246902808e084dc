-- title: What happened
-- chart: timeline
SELECT * FROM (
    SELECT joined_at AS at, 'joined' AS kind, 'first account, ' || array_to_string(account_channels, ', ') AS text
    FROM retail_profiles WHERE customer_id = $customer
    UNION ALL
    SELECT first_order_at, 'order', 'first order' FROM retail_profiles WHERE customer_id = $customer AND first_order_at IS NOT NULL
    UNION ALL
    SELECT last_order_at, 'order', 'last of ' || orders || ' orders'
    FROM retail_profiles WHERE customer_id = $customer AND orders > 1
    UNION ALL
    SELECT last_seen_at, 'visit', 'last seen' FROM retail_profiles WHERE customer_id = $customer AND last_seen_at IS NOT NULL
    UNION ALL
    SELECT written_at, source, text FROM retail_texts WHERE customer_id = $customer
) ORDER BY at DESC LIMIT 100
