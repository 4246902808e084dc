-- title: In and out, by what a customer earns
-- section: Money
-- chart: column
-- x: income_fifth
-- y: inflow, outflow
-- format: integer
-- note: Means of a month, in fifths of what comes in.
SELECT fifth AS income_fifth, avg(inflow_month) AS inflow, avg(outflow_month) AS outflow
FROM (SELECT inflow_month, outflow_month, rfm_score(inflow_month) OVER () AS fifth FROM finance_profiles WHERE inflow_month > 0)
GROUP BY fifth ORDER BY fifth
