-- Customers with more accounts than a person opens: a sign that a contact is shared by strangers.
SELECT customer_id, accounts FROM everybody WHERE accounts > 10
