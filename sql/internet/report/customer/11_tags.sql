-- title: Tags
-- chart: facts
-- width: third
SELECT
    replace(lifecycle_tag, '_', ' ') AS lifecycle, replace(value_tag, '_', ' ') AS value,
    replace(habit_tag, '_', ' ') AS habit, replace(voice_tag, '_', ' ') AS voice
FROM internet_profiles WHERE customer_id = $customer
