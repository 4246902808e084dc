-- What was fetched of a prescription for a chronic condition. It lasts no longer than the prescription says.
SELECT
    p.customer_id,
    f.prescription_id,
    p.ends_at,
    CAST(f.filled_on AS TIMESTAMP) AS filled_at,
    CASE WHEN abs(f.days_supplied) BETWEEN 1 AND 2 * p.days THEN abs(f.days_supplied) ELSE p.days END AS days
FROM (
    SELECT DISTINCT ON (fill_id) * FROM fills WHERE filled_on < CAST($as_of AS DATE) ORDER BY fill_id, filled_on
) AS f
JOIN prescriptions_clean AS p ON p.prescription_id = f.prescription_id
