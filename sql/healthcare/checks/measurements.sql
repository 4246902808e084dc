-- More than one measurement in a hundred that no living person has.
SELECT * FROM (
    SELECT
        count(*) FILTER (WHERE NOT systolic BETWEEN 60 AND 260 OR NOT diastolic BETWEEN 30 AND 160 OR NOT glucose BETWEEN 1 AND 40)
            AS impossible,
        count(*) AS visits
    FROM visits
) WHERE impossible > visits / 100.0
