-- What each text says: its feeling, what it wants, and what it is about. One pass of the model for the three.
SELECT
    source,
    text_id,
    customer_id,
    written_at,
    stars,
    text,
    ai_language(text) AS language,
    ai_sentiment(text)['label'] AS sentiment,
    ai_sentiment(text)['score'] AS score,
    ai_intent(text)['label'] AS intent,
    ai_classify(
        text,
        ['price', 'quality', 'delivery', 'service', 'usability', 'packaging'],
        descriptions => [
            'the price, discounts, value for money, expensive or cheap',
            'the quality of the product, broken, well made, material',
            'delivery, shipping, courier, late or fast arrival',
            'customer service, staff, answers, attitude',
            'how easy it is to use, instructions, set-up',
            'the packaging, box, wrapping, damaged parcel'
        ],
        multi_label => true
    ) AS aspects
FROM texts
