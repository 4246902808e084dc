-- title: The profile, run by run
-- section: History
-- chart: table
-- format: adherence = percent, may_lapse = percent
-- note: From the versions of the published table that are kept.
SELECT
    as_of, replace(care_tag, '_', ' ') AS care, visits, adherence, lapse_probability AS may_lapse, sentiment,
    _published_at AS published_at
FROM "healthcare_profiles@all" WHERE customer_id = $customer ORDER BY _version DESC
