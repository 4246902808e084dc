-- title: Hours of the day
-- chart: column
-- x: hour
-- y: share
-- format: percent
-- note: Share of visits in each hour, each patient counting the same.
SELECT hour - 1 AS hour, avg(hours[hour]) AS share
FROM (SELECT hours, unnest(range(1, 25)) AS hour FROM healthcare_profiles WHERE hours IS NOT NULL)
GROUP BY hour ORDER BY hour
