-- Tags, in layers. In each layer the first that fits is the customer's.
SELECT
    e.customer_id,
    CASE
        WHEN b.transactions IS NULL THEN 'no_activity'
        WHEN b.days_unseen > 90 THEN 'lost'
        WHEN r.churn_probability >= 0.5 THEN 'leaving'
        WHEN date_part('day', CAST($as_of AS TIMESTAMP) - e.joined_at) <= 90 THEN 'new'
        WHEN b.transactions_30_days > 0 THEN 'active'
        ELSE 'quiet'
    END AS lifecycle_tag,
    CASE
        WHEN v.value_next_year IS NULL THEN 'unknown_value'
        WHEN percent_rank() OVER (ORDER BY v.value_next_year) >= 0.95 THEN 'top_5_percent'
        WHEN percent_rank() OVER (ORDER BY v.value_next_year) >= 0.8 THEN 'high_value'
        WHEN percent_rank() OVER (ORDER BY v.value_next_year) >= 0.4 THEN 'middle_value'
        ELSE 'low_value'
    END AS value_tag,
    CASE
        WHEN d.default_probability >= 0.3 THEN 'may_default'
        WHEN g.worst_days_late >= 30 THEN 'pays_late'
        WHEN f.gambling_share >= 0.05 THEN 'gambles'
        WHEN h.low_months >= 0.5 THEN 'at_the_limit'
        WHEN g.loans > 0 THEN 'borrows'
        ELSE 'no_risk_seen'
    END AS risk_tag,
    CASE
        WHEN f.salary_regularity >= 0.7 THEN 'salaried'
        WHEN f.inflow_month > 0 THEN 'irregular_income'
        ELSE 'no_income_seen'
    END AS income_tag,
    CASE
        WHEN o.texts IS NULL THEN 'silent'
        WHEN o.last_complaint_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '60 days' THEN 'complained_lately'
        WHEN o.complaints >= 2 THEN 'often_complains'
        WHEN o.sentiment >= 0.5 THEN 'fan'
        WHEN o.sentiment <= -0.3 THEN 'unhappy'
        ELSE 'mixed_voice'
    END AS voice_tag
FROM everybody AS e
LEFT JOIN behaviour AS b ON b.customer_id = e.customer_id
LEFT JOIN value AS v ON v.customer_id = e.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = e.customer_id
LEFT JOIN default_risk AS d ON d.customer_id = e.customer_id
LEFT JOIN borrowing AS g ON g.customer_id = e.customer_id
LEFT JOIN flow AS f ON f.customer_id = e.customer_id
LEFT JOIN balance AS h ON h.customer_id = e.customer_id
LEFT JOIN voices AS o ON o.customer_id = e.customer_id
