-- Whether a customer recommends: the newest score decides.
SELECT
    customer_id,
    last_value(stars ORDER BY written_at) AS score,
    CASE
        WHEN last_value(stars ORDER BY written_at) >= 9 THEN 'promoter'
        WHEN last_value(stars ORDER BY written_at) <= 6 THEN 'detractor'
        ELSE 'passive'
    END AS recommends
FROM texts
WHERE source = 'feedback' AND stars IS NOT NULL
GROUP BY customer_id
