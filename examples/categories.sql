-- What customers say, by category of product: how they feel, what they want, and the words that are typical of it.
--
--   tronie sql --table reviews=reviews.csv -f examples/categories.sql
--
-- `reviews` has the columns cat and review. Each different text goes through the model once, whatever is asked about it.

with answered as (
    select
        cat,
        review,
        ai_sentiment(review)['label'] as sentiment,
        ai_intent(review)['label'] as intent
    from reviews
),

feelings as (
    select
        cat,
        count(*) as reviews,
        round(100.0 * count(*) filter (where sentiment = 'positive') / count(*), 1) as positive,
        round(100.0 * count(*) filter (where sentiment = 'negative') / count(*), 1) as negative,
        keywords(review, top_k => 5) as typical
    from answered
    where sentiment is not null
    group by cat
),

counted as (
    select cat, intent, row_number() over (partition by cat order by count(*) desc, intent) as place
    from answered
    where intent is not null
    group by cat, intent
),

wishes as (
    select cat, string_agg(intent, ', ' order by place) as intents
    from counted
    where place <= 3
    group by cat
)

select
    f.cat,
    f.reviews,
    f.positive,
    f.negative,
    w.intents,
    array_to_string([typical[1]['keyword'], typical[2]['keyword'], typical[3]['keyword'], typical[4]['keyword'], typical[5]['keyword']], ' ') as typical
from feelings as f
inner join wishes as w on f.cat = w.cat
order by f.cat;
