-- The profile: a patient a row, under a pseudonym. No name, and no date of birth but the band of age.
SELECT
    e.customer_id,
    CAST($as_of AS DATE) AS as_of,
    e.city,
    d.sex,
    CAST(floor((date_part('year', CAST($as_of AS DATE)) - date_part('year', e.birth_date)) / 10.0) * 10 AS INT) AS age_band,
    date_trunc('month', e.joined_at) AS joined_in,
    e.accounts,
    e.account_channels,
    c.visits,
    c.visits_365_days,
    c.emergencies,
    c.first_visit_at,
    c.last_visit_at,
    c.days_since_visit,
    c.days_between_visits,
    c.departments,
    c.kinds,
    c.hours,
    c.weekdays,
    c.fees,
    c.fees_365_days,
    c.systolic,
    c.diastolic,
    c.glucose,
    o.conditions,
    coalesce(o.has_hypertension, false) AS has_hypertension,
    coalesce(o.has_diabetes, false) AS has_diabetes,
    coalesce(o.has_asthma, false) AS has_asthma,
    coalesce(o.has_hyperlipidemia, false) AS has_hyperlipidemia,
    a.adherence,
    a.is_adherent,
    a.days_prescribed,
    a.fills,
    l.lapse_probability,
    v.texts,
    v.sentiment,
    v.sentiment_90_days,
    v.sentiment_trend,
    v.stars AS score,
    s.price AS sentiment_price,
    s.quality AS sentiment_quality,
    s.service AS sentiment_service,
    v.intents,
    v.keywords,
    v.complaints,
    v.last_complaint_at,
    v.last_complaint,
    m.group_no,
    n.name AS group_name,
    t.lifecycle_tag,
    t.care_tag,
    t.attention_tag,
    t.voice_tag
FROM everybody AS e
LEFT JOIN demographics AS d ON d.customer_id = e.customer_id
LEFT JOIN care AS c ON c.customer_id = e.customer_id
LEFT JOIN conditions AS o ON o.customer_id = e.customer_id
LEFT JOIN adherence AS a ON a.customer_id = e.customer_id
LEFT JOIN lapse_risk AS l ON l.customer_id = e.customer_id
LEFT JOIN voices AS v ON v.customer_id = e.customer_id
LEFT JOIN aspects AS s ON s.customer_id = e.customer_id
LEFT JOIN group_members AS m ON m.customer_id = e.customer_id
LEFT JOIN group_names AS n ON n.group_no = m.group_no
LEFT JOIN tags AS t ON t.customer_id = e.customer_id
