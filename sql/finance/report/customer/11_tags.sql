-- title: Tags
-- chart: facts
-- width: third
SELECT
    replace(lifecycle_tag, '_', ' ') AS lifecycle, replace(value_tag, '_', ' ') AS value, replace(risk_tag, '_', ' ') AS risk,
    replace(income_tag, '_', ' ') AS income, replace(voice_tag, '_', ' ') AS voice
FROM finance_profiles WHERE customer_id = $customer
