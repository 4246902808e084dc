-- title: The profile, run by run
-- section: History
-- chart: table
-- format: likely_to_leave = percent
-- note: From the versions of the published table that are kept.
SELECT
    as_of, replace(lifecycle_tag, '_', ' ') AS lifecycle, plan, logins, logins_30_days, churn_probability AS likely_to_leave,
    sentiment, complaints, _published_at AS published_at
FROM "internet_profiles@all" WHERE customer_id = $customer ORDER BY _version DESC
