-- How a customer came, by the first account that says so.
SELECT
    c.customer_id,
    first_value(u.source ORDER BY u.signup_at) FILTER (WHERE u.source IS NOT NULL) AS acquisition_source,
    first_value(u.role ORDER BY u.signup_at) FILTER (WHERE u.role IS NOT NULL) AS role,
    approx_median(u.company_size) AS company_size
FROM users AS u JOIN customer_ids AS c ON c.account_id = u.account_id
GROUP BY c.customer_id
