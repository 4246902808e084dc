-- How good the trained models are, measured on customers that they have not seen.
SELECT model, metric, value FROM model_quality
