-- title: What is seen of risk
-- chart: bar
SELECT replace(risk_tag, '_', ' ') AS risk, count(*) AS customers FROM finance_profiles GROUP BY 1 ORDER BY 2 DESC
