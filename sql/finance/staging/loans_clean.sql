-- A loan a row, with its customer and the month of its end. A principal that is missing or absurd is what is repaid.
WITH once AS (
    SELECT DISTINCT ON (loan_id) * FROM loans WHERE started_on < CAST($as_of AS DATE) ORDER BY loan_id, started_on
),
repaid AS (
    SELECT loan_id, approx_median(due_amount) AS instalment FROM repayments GROUP BY loan_id
)
SELECT
    l.loan_id,
    c.customer_id,
    l.kind,
    CAST(l.started_on AS TIMESTAMP) AS started_at,
    CASE
        WHEN l.principal IS NULL OR l.principal > 20 * r.instalment * l.term_months THEN r.instalment * l.term_months
        ELSE l.principal
    END AS principal,
    coalesce(l.annual_rate, 0.08) AS annual_rate,
    l.term_months,
    coalesce(r.instalment, l.principal / l.term_months) AS instalment
FROM once AS l
JOIN customer_ids AS c ON c.account_id = l.account_id
LEFT JOIN repaid AS r ON r.loan_id = l.loan_id
