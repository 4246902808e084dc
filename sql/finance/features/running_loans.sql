-- Loans whose last instalment is still to come.
SELECT * FROM (
    SELECT *, date_part('epoch', CAST($as_of AS TIMESTAMP) - started_at) / 86400 / 30.44 AS months_old FROM loans_clean
)
WHERE months_old <= term_months
