-- title: The profile, run by run
-- section: History
-- chart: table
-- format: spent = integer, worth_next_year = integer, likely_to_leave = percent
-- note: From the versions of the published table that are kept.
SELECT
    as_of, replace(rfm_segment, '_', ' ') AS segment, replace(lifecycle_tag, '_', ' ') AS lifecycle,
    orders, spent, clv AS worth_next_year, churn_probability AS likely_to_leave, sentiment, complaints, _published_at AS published_at
FROM "retail_profiles@all" WHERE customer_id = $customer ORDER BY _version DESC
