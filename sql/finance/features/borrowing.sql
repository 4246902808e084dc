-- What a customer owes on running loans, and how instalments were paid so far.
SELECT
    l.customer_id,
    l.loans,
    l.instalments_month,
    r.mean_days_late,
    r.worst_days_late,
    r.unpaid_instalments
FROM (
    SELECT customer_id, count(*) AS loans, sum(instalment) AS instalments_month FROM running_loans GROUP BY customer_id
) AS l
LEFT JOIN (
    SELECT
        customer_id,
        avg(days_late) AS mean_days_late,
        max(days_late) AS worst_days_late,
        count(*) FILTER (WHERE paid_at IS NULL) AS unpaid_instalments
    FROM (
        SELECT
            customer_id, paid_at,
            greatest(date_part('epoch', coalesce(paid_at, CAST($as_of AS TIMESTAMP)) - due_at) / 86400, 0) AS days_late
        FROM repayments_clean
    )
    GROUP BY customer_id
) AS r ON r.customer_id = l.customer_id
