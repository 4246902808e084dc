-- The indicated conditions of a patient.
SELECT
    customer_id,
    array_agg(condition ORDER BY condition) FILTER (WHERE is_indicated) AS conditions,
    max(CAST(condition = 'hypertension' AND is_indicated AS INT)) = 1 AS has_hypertension,
    max(CAST(condition = 'diabetes' AND is_indicated AS INT)) = 1 AS has_diabetes,
    max(CAST(condition = 'asthma' AND is_indicated AS INT)) = 1 AS has_asthma,
    max(CAST(condition = 'hyperlipidemia' AND is_indicated AS INT)) = 1 AS has_hyperlipidemia,
    count(*) FILTER (WHERE is_indicated) AS condition_count
FROM healthcare_indications
GROUP BY customer_id
