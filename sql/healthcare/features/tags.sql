-- Tags, in layers. In each layer the first that fits is the patient's.
SELECT
    e.customer_id,
    CASE
        WHEN c.visits IS NULL THEN 'no_visit'
        WHEN c.days_since_visit > 365 THEN 'lost'
        WHEN c.days_since_visit > 180 THEN 'away'
        WHEN c.visits = 1 THEN 'new'
        ELSE 'in_care'
    END AS lifecycle_tag,
    CASE
        WHEN coalesce(o.condition_count, 0) = 0 THEN 'no_condition_seen'
        WHEN o.condition_count >= 3 THEN 'several_conditions'
        WHEN a.adherence IS NULL THEN 'chronic_untreated'
        WHEN l.lapse_probability >= 0.6 THEN 'chronic_lapsing'
        WHEN a.is_adherent THEN 'chronic_managed'
        ELSE 'chronic_irregular'
    END AS care_tag,
    CASE
        WHEN c.mean_systolic >= 140 AND NOT coalesce(o.has_hypertension, false) THEN 'pressure_unexplained'
        WHEN c.mean_glucose >= 7 AND NOT coalesce(o.has_diabetes, false) THEN 'sugar_unexplained'
        WHEN c.emergencies >= 2 THEN 'often_emergency'
        ELSE 'nothing_to_note'
    END AS attention_tag,
    CASE
        WHEN v.texts IS NULL THEN 'silent'
        WHEN v.last_complaint_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '60 days' THEN 'complained_lately'
        WHEN v.complaints >= 2 THEN 'often_complains'
        WHEN v.sentiment >= 0.5 THEN 'fan'
        WHEN v.sentiment <= -0.3 THEN 'unhappy'
        ELSE 'mixed_voice'
    END AS voice_tag
FROM everybody AS e
LEFT JOIN care AS c ON c.customer_id = e.customer_id
LEFT JOIN conditions AS o ON o.customer_id = e.customer_id
LEFT JOIN adherence AS a ON a.customer_id = e.customer_id
LEFT JOIN lapse_risk AS l ON l.customer_id = e.customer_id
LEFT JOIN voices AS v ON v.customer_id = e.customer_id
