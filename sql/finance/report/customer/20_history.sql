-- title: The profile, run by run
-- section: History
-- chart: table
-- format: deposits = integer, worth_next_year = integer, may_default = percent, likely_to_leave = percent
-- note: From the versions of the published table that are kept.
SELECT
    as_of, replace(lifecycle_tag, '_', ' ') AS lifecycle, deposits, value_next_year AS worth_next_year,
    default_probability AS may_default, churn_probability AS likely_to_leave, sentiment, complaints, _published_at AS published_at
FROM "finance_profiles@all" WHERE customer_id = $customer ORDER BY _version DESC
