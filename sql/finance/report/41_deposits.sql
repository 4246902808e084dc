-- title: What customers hold
-- chart: histogram
-- x: deposits
-- bins: 40
-- note: Without the twentieth that holds most.
SELECT mean_deposits AS deposits FROM finance_profiles
WHERE mean_deposits <= (SELECT approx_percentile_cont(0.95) WITHIN GROUP (ORDER BY mean_deposits) FROM finance_profiles)
