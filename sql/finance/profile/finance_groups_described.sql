-- The groups of customers, with a name that says in what they differ most from everybody.
SELECT g.*, n.name, w.keywords
FROM (
    SELECT
        m.group_no,
        count(*) AS customers,
        avg(h.mean_deposits) AS mean_deposits,
        avg(h.investments) AS mean_investments,
        avg(coalesce(h.loan_debt, 0) + coalesce(h.card_debt, 0)) AS mean_debt,
        avg(f.inflow_month) AS mean_inflow,
        avg(v.value_next_year) AS mean_value,
        avg(r.churn_probability) AS mean_churn_probability
    FROM group_members AS m
    LEFT JOIN balance AS h ON h.customer_id = m.customer_id
    LEFT JOIN flow AS f ON f.customer_id = m.customer_id
    LEFT JOIN value AS v ON v.customer_id = m.customer_id
    LEFT JOIN churn_risk AS r ON r.customer_id = m.customer_id
    GROUP BY m.group_no
) AS g
LEFT JOIN group_names AS n ON n.group_no = g.group_no
LEFT JOIN group_words AS w ON w.group_no = g.group_no
