-- title: Age, and chronic conditions
-- chart: column
-- x: age
-- y: chronic, not_chronic
-- stack: true
SELECT
    age_band || ' to ' || (age_band + 9) AS age,
    count(*) FILTER (WHERE cardinality(conditions) > 0) AS chronic,
    count(*) - count(*) FILTER (WHERE cardinality(conditions) > 0) AS not_chronic
FROM healthcare_profiles WHERE age_band IS NOT NULL GROUP BY age_band ORDER BY age_band
