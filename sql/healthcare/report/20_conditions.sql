-- title: Indications of chronic conditions
-- chart: bar
-- x: condition
-- y: patients
-- width: two-thirds
-- note: From what notes say and drugs prescribed. An indication is no diagnosis.
SELECT condition, count(*) AS patients FROM healthcare_indications WHERE is_indicated GROUP BY condition ORDER BY 2 DESC
