-- The groups of patients, with a name that says in what they differ most from everybody.
SELECT g.*, n.name, w.keywords
FROM (
    SELECT
        m.group_no,
        count(*) AS customers,
        avg(c.visits_365_days) AS mean_visits_365_days,
        avg(c.fees_365_days) AS mean_fees_365_days,
        avg(o.condition_count) AS mean_conditions,
        avg(a.adherence) AS mean_adherence,
        avg(v.sentiment) AS mean_sentiment
    FROM group_members AS m
    LEFT JOIN care AS c ON c.customer_id = m.customer_id
    LEFT JOIN conditions AS o ON o.customer_id = m.customer_id
    LEFT JOIN adherence AS a ON a.customer_id = m.customer_id
    LEFT JOIN voices AS v ON v.customer_id = m.customer_id
    GROUP BY m.group_no
) AS g
LEFT JOIN group_names AS n ON n.group_no = g.group_no
LEFT JOIN group_words AS w ON w.group_no = g.group_no
