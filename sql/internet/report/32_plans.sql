-- title: Plans, and whether they fit
-- chart: column
-- x: plan
-- series: fits
-- y: customers
-- stack: true
SELECT plan, plan_fit AS fits, count(*) AS customers FROM internet_profiles WHERE plan_fit IS NOT NULL
GROUP BY plan, plan_fit ORDER BY min(monthly_price), plan, plan_fit
