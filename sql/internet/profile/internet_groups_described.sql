-- The groups of customers, with a name that says in what they differ most from everybody.
SELECT g.*, n.name, w.keywords
FROM (
    SELECT
        m.group_no,
        count(*) AS customers,
        sum(p.monthly_price) AS monthly_revenue,
        avg(b.logins_30_days) AS mean_logins_30_days,
        avg(u.minutes) AS mean_minutes,
        avg(r.churn_probability) AS mean_churn_probability
    FROM group_members AS m
    LEFT JOIN plan AS p ON p.customer_id = m.customer_id
    LEFT JOIN behaviour AS b ON b.customer_id = m.customer_id
    LEFT JOIN use AS u ON u.customer_id = m.customer_id
    LEFT JOIN churn_risk AS r ON r.customer_id = m.customer_id
    GROUP BY m.group_no
) AS g
LEFT JOIN group_names AS n ON n.group_no = g.group_no
LEFT JOIN group_words AS w ON w.group_no = g.group_no
