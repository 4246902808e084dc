-- What groups are told apart by, a patient a row; counts and money on a logarithmic scale.
SELECT
    c.customer_id,
    ln(1 + c.visits_365_days) AS visits,
    ln(1 + c.days_since_visit) AS days_since_visit,
    ln(1 + coalesce(c.fees_365_days, 0)) AS fees,
    coalesce(c.kinds[2], 0) AS emergency_share,
    CAST(coalesce(o.condition_count, 0) AS DOUBLE) AS conditions,
    coalesce(a.adherence, 0.7) AS adherence,
    date_part('year', CAST($as_of AS DATE)) - coalesce(date_part('year', e.birth_date), 1980) AS age
FROM care AS c
JOIN everybody AS e ON e.customer_id = c.customer_id
LEFT JOIN conditions AS o ON o.customer_id = c.customer_id
LEFT JOIN adherence AS a ON a.customer_id = c.customer_id
