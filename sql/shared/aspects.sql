-- How a customer feels about each aspect: the mean score of the texts that speak of it.
SELECT
    customer_id,
    avg(score) FILTER (WHERE aspect = 'price') AS price,
    avg(score) FILTER (WHERE aspect = 'quality') AS quality,
    avg(score) FILTER (WHERE aspect = 'delivery') AS delivery,
    avg(score) FILTER (WHERE aspect = 'service') AS service,
    avg(score) FILTER (WHERE aspect = 'usability') AS usability,
    avg(score) FILTER (WHERE aspect = 'packaging') AS packaging
FROM (SELECT customer_id, score, unnest(aspects)['label'] AS aspect FROM voice)
GROUP BY customer_id
