-- title: Where customers came from
-- chart: column
-- x: source
-- y: customers, paying
-- width: half
SELECT replace(acquisition_source, '_', ' ') AS source, count(*) AS customers, count(*) FILTER (WHERE monthly_price > 0) AS paying
FROM internet_profiles WHERE acquisition_source IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
