-- Tags, in layers. In each layer the first that fits is the customer's.
SELECT
    e.customer_id,
    CASE
        WHEN coalesce(p.orders, 0) = 0 THEN 'no_purchase'
        WHEN v.p_alive < 0.2 THEN 'lost'
        WHEN r.churn_probability >= 0.8 THEN 'leaving'
        WHEN p.age <= 30 THEN 'new'
        WHEN p.days_since_order <= 30 THEN 'active'
        ELSE 'quiet'
    END AS lifecycle_tag,
    CASE
        WHEN v.clv IS NULL THEN 'unknown_value'
        WHEN percent_rank() OVER (ORDER BY v.clv) >= 0.95 THEN 'top_5_percent'
        WHEN percent_rank() OVER (ORDER BY v.clv) >= 0.8 THEN 'high_value'
        WHEN percent_rank() OVER (ORDER BY v.clv) >= 0.4 THEN 'middle_value'
        ELSE 'low_value'
    END AS value_tag,
    CASE
        WHEN p.coupon_share >= 0.6 THEN 'bargain_hunter'
        WHEN p.store_share >= 0.6 THEN 'store_shopper'
        WHEN b.hours[23] + b.hours[24] + b.hours[1] + b.hours[2] + b.hours[3] >= 0.4 THEN 'night_owl'
        WHEN b.weekdays[6] + b.weekdays[7] >= 0.5 THEN 'weekend_shopper'
        WHEN b.app_share >= 0.6 THEN 'app_user'
        WHEN coalesce(p.orders, 0) = 0 AND b.sessions >= 5 THEN 'window_shopper'
        ELSE 'no_habit'
    END AS habit_tag,
    CASE
        WHEN o.texts IS NULL THEN 'silent'
        WHEN o.last_complaint_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '60 days' THEN 'complained_lately'
        WHEN o.complaints >= 2 THEN 'often_complains'
        WHEN o.sentiment >= 0.5 THEN 'fan'
        WHEN o.sentiment <= -0.3 THEN 'unhappy'
        ELSE 'mixed_voice'
    END AS voice_tag
FROM everybody AS e
LEFT JOIN purchases AS p ON p.customer_id = e.customer_id
LEFT JOIN value AS v ON v.customer_id = e.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = e.customer_id
LEFT JOIN behaviour AS b ON b.customer_id = e.customer_id
LEFT JOIN voices AS o ON o.customer_id = e.customer_id
