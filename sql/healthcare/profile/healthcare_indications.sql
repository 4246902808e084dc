-- What is indicated of chronic conditions, a row a patient and condition that something was said of or prescribed for. Indicated is
-- what a drug was prescribed for, or what notes say more often than they deny.
SELECT
    coalesce(n.customer_id, d.customer_id) AS customer_id,
    coalesce(n.condition, d.condition) AS condition,
    coalesce(n.present, 0) AS notes_present,
    coalesce(n.negated, 0) AS notes_negated,
    coalesce(n.family, 0) AS notes_family,
    coalesce(d.prescriptions, 0) AS prescriptions,
    n.first_said_at,
    d.prescriptions IS NOT NULL OR coalesce(n.present, 0) > coalesce(n.negated, 0) AS is_indicated
FROM (
    SELECT
        customer_id, condition,
        count(*) FILTER (WHERE status = 'present') AS present,
        count(*) FILTER (WHERE status = 'negated') AS negated,
        count(*) FILTER (WHERE status = 'family') AS family,
        min(written_at) FILTER (WHERE status = 'present') AS first_said_at
    FROM said_conditions GROUP BY customer_id, condition
) AS n
FULL JOIN drugs_taken AS d ON d.customer_id = n.customer_id AND d.condition = n.condition
