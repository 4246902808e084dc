-- title: Hours of the day
-- chart: column
-- x: hour
-- y: share
-- format: percent
-- note: Share of what is done in each hour, each customer counting the same.
SELECT hour - 1 AS hour, avg(hours[hour]) AS share
FROM (SELECT hours, unnest(range(1, 25)) AS hour FROM internet_profiles WHERE hours IS NOT NULL)
GROUP BY hour ORDER BY hour
