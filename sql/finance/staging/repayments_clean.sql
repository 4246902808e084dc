-- An instalment a row. What is said to be paid after `as_of` is not paid yet.
SELECT DISTINCT ON (r.loan_id, r.instalment)
    l.customer_id,
    r.loan_id,
    r.instalment,
    CAST(r.due_on AS TIMESTAMP) AS due_at,
    CASE WHEN r.paid_on < CAST($as_of AS DATE) THEN CAST(r.paid_on AS TIMESTAMP) END AS paid_at
FROM repayments AS r JOIN loans_clean AS l ON l.loan_id = r.loan_id
WHERE r.due_on < CAST($as_of AS DATE)
ORDER BY r.loan_id, r.instalment, r.paid_on
