-- title: Hours of the day
-- chart: column
-- x: hour
-- y: share
-- format: percent
SELECT hour - 1 AS hour, hours[hour] AS share
FROM (SELECT hours, unnest(range(1, 25)) AS hour FROM internet_profiles WHERE customer_id = $customer AND hours IS NOT NULL)
ORDER BY hour
