-- title: Tags
-- chart: facts
-- width: third
SELECT
    replace(lifecycle_tag, '_', ' ') AS lifecycle, replace(care_tag, '_', ' ') AS care,
    replace(attention_tag, '_', ' ') AS attention, replace(voice_tag, '_', ' ') AS voice
FROM healthcare_profiles WHERE customer_id = $customer
