-- A prescription of a drug for a chronic condition, and the day until which it lasts with all its refills.
SELECT
    o.prescription_id,
    p.customer_id,
    o.drug,
    d.condition,
    o.days,
    CAST(o.prescribed_on AS TIMESTAMP) AS starts_at,
    CAST(o.prescribed_on + CAST(o.days * (o.refills + 1) AS INT) AS TIMESTAMP) AS ends_at
FROM (
    SELECT DISTINCT ON (prescription_id) * FROM prescriptions
    WHERE prescribed_on < CAST($as_of AS DATE) AND days BETWEEN 1 AND 365 ORDER BY prescription_id, prescribed_on
) AS o
JOIN pseudonyms AS p ON p.raw_account_id = o.account_id
JOIN drug_conditions AS d ON d.drug = o.drug
