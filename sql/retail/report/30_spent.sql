-- title: What customers have spent
-- section: Value
-- chart: histogram
-- x: spent
-- bins: 40
-- note: Customers with at least one purchase, without the hundredth that spent most.
SELECT spent FROM retail_profiles
WHERE orders > 0 AND spent <= (SELECT approx_percentile_cont(0.99) WITHIN GROUP (ORDER BY spent) FROM retail_profiles WHERE orders > 0)
