-- How often, where and for how much a patient was treated, and what was measured last.
SELECT
    customer_id,
    count(*) AS visits,
    count(*) FILTER (WHERE visited_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '365 days') AS visits_365_days,
    count(*) FILTER (WHERE kind = 'emergency') AS emergencies,
    min(visited_at) AS first_visit_at,
    max(visited_at) AS last_visit_at,
    date_part('day', CAST($as_of AS TIMESTAMP) - max(visited_at)) AS days_since_visit,
    date_part('epoch', max(visited_at) - min(visited_at)) / 86400 / nullif(count(*) - 1, 0) AS days_between_visits,
    top_k(department, k => 3) AS departments,
    shares(kind, ['outpatient', 'emergency', 'telehealth', 'inpatient']) AS kinds,
    shares(f['hour'], range(0, 24)) AS hours,
    shares(f['day_of_week'], range(1, 8)) AS weekdays,
    sum(fee) AS fees,
    sum(fee) FILTER (WHERE visited_at >= CAST($as_of AS TIMESTAMP) - INTERVAL '365 days') AS fees_365_days,
    last_value(systolic ORDER BY visited_at) FILTER (WHERE systolic IS NOT NULL) AS systolic,
    last_value(diastolic ORDER BY visited_at) FILTER (WHERE diastolic IS NOT NULL) AS diastolic,
    last_value(glucose ORDER BY visited_at) FILTER (WHERE glucose IS NOT NULL) AS glucose,
    avg(systolic) AS mean_systolic,
    avg(glucose) AS mean_glucose
FROM (SELECT *, time_features(visited_at) AS f FROM visits_clean)
GROUP BY customer_id
