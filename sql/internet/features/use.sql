-- What a customer uses, and what goes wrong.
SELECT
    customer_id,
    count(*) FILTER (WHERE type = 'feature') AS uses,
    top_k(feature, k => 3) FILTER (WHERE type = 'feature') AS features,
    entropy(feature) FILTER (WHERE type = 'feature') AS feature_diversity,
    sum(seconds) FILTER (WHERE type = 'feature') / 60 AS minutes,
    count(*) FILTER (WHERE type = 'error') AS errors,
    count(*) FILTER (WHERE type = 'error') / CAST(nullif(count(*) FILTER (WHERE type = 'feature'), 0) AS DOUBLE) AS errors_per_use,
    -- Smoothed by three uses, so that two clicks say little.
    count(*) FILTER (WHERE type = 'feature' AND feature IN ('share', 'admin'))
        / CAST(count(*) FILTER (WHERE type = 'feature') + 3 AS DOUBLE) AS team_share,
    count(*) FILTER (WHERE type = 'feature' AND feature IN ('api', 'automation'))
        / CAST(count(*) FILTER (WHERE type = 'feature') + 3 AS DOUBLE) AS automation_share
FROM events_clean
WHERE type IN ('feature', 'error')
GROUP BY customer_id
