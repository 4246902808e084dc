-- title: How probable it is that customers leave
-- chart: histogram
-- x: churn_probability
-- bins: 20
-- format: percent
-- note: That a customer does not log in within 30 days.
SELECT churn_probability FROM internet_profiles WHERE churn_probability IS NOT NULL
