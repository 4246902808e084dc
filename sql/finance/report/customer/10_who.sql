-- title: Who
-- chart: facts
-- width: two-thirds
SELECT
    name, city, age, joined_at, accounts, array_to_string(account_channels, ', ') AS channels,
    array_to_string(products, ', ') AS products, risk_appetite, group_name AS group, categories
FROM finance_profiles WHERE customer_id = $customer
