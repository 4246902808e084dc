-- title: How probable it is that customers leave
-- chart: histogram
-- x: churn_probability
-- bins: 20
-- format: percent
-- note: That a customer who has bought buys nothing in the next 90 days.
SELECT churn_probability FROM retail_profiles WHERE churn_probability IS NOT NULL
