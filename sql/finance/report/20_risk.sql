-- title: How bold customers are
-- chart: column
-- x: appetite
-- y: customers
-- width: half
SELECT risk_appetite AS appetite, count(*) AS customers FROM finance_profiles
WHERE risk_appetite IS NOT NULL GROUP BY risk_appetite ORDER BY avg(boldness)
