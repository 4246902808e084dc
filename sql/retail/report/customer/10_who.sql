-- title: Who
-- chart: facts
-- width: two-thirds
SELECT
    name, city, age, joined_at, accounts, array_to_string(account_channels, ', ') AS channels,
    replace(rfm_segment, '_', ' ') AS segment, group_name AS group,
    favourite_category, categories
FROM retail_profiles WHERE customer_id = $customer
