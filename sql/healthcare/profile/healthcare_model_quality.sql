-- How good the trained models are, measured on patients that they have not seen.
SELECT model, metric, value FROM model_quality
