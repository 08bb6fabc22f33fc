"""PayPal: disputes (API v1), of which those about an item not received are INR claims."""
