-- What groups are told apart by, a customer a row; counts on a logarithmic scale.
SELECT
    b.customer_id,
    ln(1 + b.logins) AS logins,
    ln(1 + b.logins_30_days) AS logins_30_days,
    ln(1 + coalesce(u.minutes, 0)) AS minutes,
    coalesce(u.team_share, 0) AS team_share,
    coalesce(u.automation_share, 0) AS automation_share,
    ln(1 + coalesce(p.monthly_price, 0)) AS monthly_price,
    CAST(coalesce(f.funnel_step_no, 1) AS DOUBLE) AS funnel_step_no
FROM behaviour AS b
LEFT JOIN use AS u ON u.customer_id = b.customer_id
LEFT JOIN plan AS p ON p.customer_id = b.customer_id
LEFT JOIN funnel AS f ON f.customer_id = b.customer_id
