-- Tags, in layers. In each layer the first that fits is the customer's.
SELECT
    e.customer_id,
    CASE
        WHEN coalesce(b.logins, 0) = 0 THEN 'never_logged_in'
        WHEN b.days_since_login > 90 THEN 'lost'
        WHEN r.churn_probability >= 0.6 THEN 'leaving'
        WHEN date_part('day', CAST($as_of AS TIMESTAMP) - e.joined_at) <= 30 THEN 'new'
        WHEN b.logins_30_days >= 8 THEN 'regular'
        ELSE 'occasional'
    END AS lifecycle_tag,
    CASE
        WHEN p.monthly_price >= 200 THEN 'key_account'
        WHEN p.monthly_price > 0 THEN 'pays'
        WHEN p.has_paid THEN 'stopped_paying'
        WHEN f.funnel_step_no >= 6 THEN 'could_pay'
        ELSE 'free'
    END AS value_tag,
    CASE
        WHEN u.team_share >= 0.25 THEN 'team'
        WHEN u.automation_share >= 0.4 THEN 'automates'
        WHEN u.feature_diversity >= 2.3 THEN 'uses_all'
        WHEN u.uses > 0 THEN 'uses_some'
        ELSE 'uses_nothing'
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
LEFT JOIN behaviour AS b ON b.customer_id = e.customer_id
LEFT JOIN churn_risk AS r ON r.customer_id = e.customer_id
LEFT JOIN plan AS p ON p.customer_id = e.customer_id
LEFT JOIN funnel AS f ON f.customer_id = e.customer_id
LEFT JOIN use AS u ON u.customer_id = e.customer_id
LEFT JOIN voices AS o ON o.customer_id = e.customer_id
